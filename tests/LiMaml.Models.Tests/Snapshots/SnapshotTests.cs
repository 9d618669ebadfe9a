using LiMaml.Models.Snapshots;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Tests.Snapshots;

public sealed class SnapshotTests
{
    private static readonly SnapshotInfo Info = new(new string('a', 32), "member", 2, new DateTimeOffset(2024, 1, 31, 2, 0, 0, TimeSpan.FromHours(2)), 5);

    [Fact]
    public async Task ReadAsync_WhatWasWritten_ComesBack()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["s"], Rows("a", "b"), Rows("c"), Rows(), Rows("ü", "😀"));

        using var reader = await SnapshotReader.OpenAsync(folder["s"]);
        var rows = Assert.Single(await ReadAsync(reader));

        Assert.Equal(Info with { AsOf = Info.AsOf.ToUniversalTime() }, reader.Info);
        Assert.Equal(TimeSpan.Zero, reader.Info.AsOf.Offset);
        Assert.Equal(5, reader.RowCount);
        Assert.Equal(["a", "b", "c", "ü", "😀"], rows.Keys);
        Assert.Equal([0f, 1f, 2f, 3f, 0f, 1f, 0f, 1f, 2f, 3f], rows.Embeddings);
        Assert.Equal([10L, 11L, 10L, 10L, 11L], rows.NewestEventTimes);
        Assert.Equal([0, 1, 0, 0, 1], rows.SupportCounts);
        Assert.Equal([0f, 0.5f, 0f, 0f, 0.5f], rows.LossBefore);
        Assert.Equal([0f, 0.25f, 0f, 0f, 0.25f], rows.LossAfter);
        Assert.Equal([folder["s"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task ReadAsync_ManyRows_ComeInGroupsOfBoundedSize()
    {
        using var folder = new TemporaryFolder();
        var keys = Enumerable.Range(0, 150_000).Select(index => $"{index:D6}").ToArray();
        await WriteAsync(folder["s"], [.. keys.Chunk(7_000).Select(chunk => Rows(chunk))]);

        using var reader = await SnapshotReader.OpenAsync(folder["s"]);
        var groups = await ReadAsync(reader);

        Assert.Equal([65_536, 65_536, 18_928], groups.Select(group => group.RowCount));
        Assert.Equal(keys, groups.SelectMany(group => group.Keys));
    }

    [Fact]
    public async Task CompleteAsync_NoRows_GivesAnEmptySnapshot()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["s"]);

        using var reader = await SnapshotReader.OpenAsync(folder["s"]);

        Assert.Empty(await ReadAsync(reader));
        Assert.Equal("member", reader.Info.Task);
    }

    [Fact]
    public async Task DisposeAsync_BeforeComplete_LeavesTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["s"], Rows("a"));
        await using (var writer = SnapshotWriter.Create(folder["s"], Info))
        {
            await writer.AppendAsync(Rows([.. Enumerable.Range(0, 70_000).Select(index => $"{index:D6}")]));
        }

        using var reader = await SnapshotReader.OpenAsync(folder["s"]);
        Assert.Equal(1, reader.RowCount);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    public static TheoryData<string, Func<SnapshotRows, SnapshotRows>> WrongRows() => new()
    {
        { "row 1, column 'key': found 'a' after 'b', expected ascending keys, each once", rows => rows with { Keys = ["b", "a"] } },
        { "row 1, column 'key': found 'b' after 'b'", rows => rows with { Keys = ["b", "b"] } },
        { "row 0, column 'key': found 'A' after 'a'", rows => rows with { Keys = ["A", "a"] } },
        { "row 1, column 'meta_embedding': found NaN, expected finite numbers", rows => rows with { Embeddings = [1, 2, float.NaN, 3] } },
        { "column 'meta_embedding': found 3 values, expected 4", rows => rows with { Embeddings = [1, 2, 3] } },
        { "row 1, column 'support_count': found -1, expected 0 or more", rows => rows with { SupportCounts = [0, -1] } },
        { "row 0, column 'loss_before': found NaN", rows => rows with { LossBefore = [float.NaN, 0] } },
        { "row 1, column 'loss_after': found Infinity", rows => rows with { LossAfter = [0, float.PositiveInfinity] } },
        { "row 0, column 'newest_event_time': found 9223372036854775807", rows => rows with { NewestEventTimes = [long.MaxValue, 0] } },
        { "column 'loss_after': found 1 values, expected 2", rows => rows with { LossAfter = [0] } },
    };

    [Theory]
    [MemberData(nameof(WrongRows), DisableDiscoveryEnumeration = true)]
    public async Task AppendAsync_WrongRows_AreRefused(string message, Func<SnapshotRows, SnapshotRows> spoil)
    {
        using var folder = new TemporaryFolder();
        await using var writer = SnapshotWriter.Create(folder["s"], Info);
        await writer.AppendAsync(Rows("a"));

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => writer.AppendAsync(spoil(Rows("b", "c"))));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", "member", 2, 0, "limaml.bundle_id: found 'short', expected 32 lower-case hexadecimal digits")]
    [InlineData(null, "a/b", 2, 0, "limaml.task: found 'a/b'")]
    [InlineData(null, "member", 0, 0, "limaml.embedding_size: found 0, expected an integer from 1")]
    [InlineData(null, "member", 2, -1, "limaml.generation: found -1, expected an integer from 0")]
    public void Create_WrongInfo_SaysWhat(string? bundleId, string task, int size, long generation, string message)
    {
        using var folder = new TemporaryFolder();
        var info = new SnapshotInfo(bundleId ?? Info.BundleId, task, size, Info.AsOf, generation);

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => SnapshotWriter.Create(folder["s"], info)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    public static TheoryData<string, string, string?> WrongMetadata() => new()
    {
        { "file metadata: found no limaml.bundle_id, expected the metadata of a meta-embedding snapshot", "limaml.bundle_id", null },
        { "file metadata: found no limaml.format_version", "limaml.format_version", null },
        { "limaml.format_version: found 2, expected 1: a newer LiMaml wrote this meta-embedding snapshot", "limaml.format_version", "2" },
        { "limaml.as_of: found 'yesterday', expected an ISO 8601 time", "limaml.as_of", "yesterday" },
        { "limaml.generation: found '-5', expected an integer, 0 or more", "limaml.generation", "-5" },
        { "limaml.embedding_size: found '4294967297', expected an integer", "limaml.embedding_size", "4294967297" },
        { "row 0, column 'meta_embedding': found 2 values, expected 3", "limaml.embedding_size", "3" },
        { "row group 0, column 'meta_embedding': values of its lists: found 2, expected an integer from 1 to 1", "limaml.embedding_size", "1" },
    };

    [Theory]
    [MemberData(nameof(WrongMetadata), DisableDiscoveryEnumeration = true)]
    public async Task OpenAsync_WrongMetadata_SaysWhat(string message, string name, string? value)
    {
        using var folder = new TemporaryFolder();
        var metadata = Info.ToMetadata();
        metadata.Remove(name);
        if (value is not null)
        {
            metadata[name] = value;
        }

        await WriteRawAsync(folder["s"], SnapshotLayout.Schema, metadata);

        Assert.Contains(message, (await Assert.ThrowsAsync<InvalidInputException>(() => ReadFileAsync(folder["s"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_MissingColumn_NamesIt()
    {
        using var folder = new TemporaryFolder();
        await WriteRawAsync(folder["s"], new ParquetSchema([.. SnapshotLayout.Schema.Fields.SkipLast(1)]), Info.ToMetadata());

        Assert.Contains("column 'loss_after': found none, expected float32", (await Assert.ThrowsAsync<InvalidInputException>(() => ReadFileAsync(folder["s"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_TruncatedOrMissing_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["s"], Rows("a"));
        await File.WriteAllBytesAsync(folder["s"], (await File.ReadAllBytesAsync(folder["s"]))[..50]);

        Assert.Contains($"{folder["s"]}: not readable as Parquet", (await Assert.ThrowsAsync<InvalidInputException>(() => ReadFileAsync(folder["s"]))).Message, StringComparison.Ordinal);
        Assert.Contains("found no file, expected a Parquet file", (await Assert.ThrowsAsync<InvalidInputException>(() => ReadFileAsync(folder["t"]))).Message, StringComparison.Ordinal);
    }

    private static SnapshotRows Rows(params string[] keys) => new(
        keys,
        [.. Enumerable.Range(0, 2 * keys.Length).Select(index => (float)index)],
        [.. keys.Select((_, row) => 10L + row)],
        [.. keys.Select((_, row) => row)],
        [.. keys.Select((_, row) => row / 2f)],
        [.. keys.Select((_, row) => row / 4f)]);

    private static async Task WriteAsync(string path, params SnapshotRows[] parts)
    {
        await using var writer = SnapshotWriter.Create(path, Info);
        foreach (var part in parts)
        {
            await writer.AppendAsync(part);
        }

        await writer.CompleteAsync();
    }

    private static async Task<List<SnapshotRows>> ReadAsync(SnapshotReader reader)
    {
        var groups = new List<SnapshotRows>();
        await foreach (var rows in reader.ReadAsync())
        {
            groups.Add(rows);
        }

        return groups;
    }

    private static async Task ReadFileAsync(string path)
    {
        using var reader = await SnapshotReader.OpenAsync(path);
        await ReadAsync(reader);
    }

    /// <summary>One row of whichever columns, with any metadata.</summary>
    private static async Task WriteRawAsync(string path, ParquetSchema schema, Dictionary<string, string> metadata)
    {
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        writer.CustomMetadata = metadata;
        using var group = writer.CreateRowGroup();
        foreach (var field in schema.Fields)
        {
            await (field switch
            {
                ListField list => group.WriteAllPartsAsync<float>((DataField)list.Item, new[] { 1f, 2f }, new[] { 2, 2 }, new[] { 0, 1 }, default),
                DateTimeDataField time => group.WriteAsync<DateTime>(time, new[] { DateTime.UnixEpoch }),
                DataField { Name: "key" } key => group.WriteAsync(key, ["a"]),
                DataField { Name: "support_count" } count => group.WriteAsync<int>(count, new[] { 1 }),
                _ => group.WriteAsync<float>((DataField)field, new[] { 1f }),
            });
        }
    }
}
