using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Tests.Datasets;

/// <summary>Files that somebody else wrote, or that were damaged.</summary>
public sealed class DamagedDatasetTests
{
    private static readonly DatasetSchema Small = new(1, "small", LabelKind.Binary, [new DenseFeature("x"), new CategoricalFeature("c", ["a"])], [new TaskDefinition("t", ["k"], [])]);

    [Fact]
    public void Open_NoFolder_SaysSo() =>
        Assert.Contains("found no folder, expected a prepared dataset", Assert.Throws<InvalidInputException>(() => Dataset.Open("/nowhere/at/all")).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_NoSchema_SaysSo()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("schema.json: found no file", Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TaskWithoutFiles_SaysSo()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, new Part());
        Directory.Delete(folder["task=t"], recursive: true);

        Assert.Contains("task=t: found no Parquet files, expected split=train", Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Open_TruncatedPart_NamesTheFile(int length)
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, new Part());
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..length]);

        Assert.Contains($"{path}: not readable as Parquet", Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_DamagedPages_NamesFileAndRowGroup()
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, new Part());
        var bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(4, 40).Fill(0xFF);
        await File.WriteAllBytesAsync(path, bytes);
        var dataset = Dataset.Open(folder.Path);

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => DatasetTests.ReadAsync(dataset, "t", Split.Train));

        Assert.Contains($"{path}: row group 0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OptionalColumnsWithoutNulls_AreAccepted()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, new Part { Nullable = true, X = [1, 2] });

        var group = Assert.Single(await DatasetTests.ReadAsync(Dataset.Open(folder.Path), "t", Split.Train));

        Assert.Equal([1f, 2f], Assert.IsType<DenseColumn>(group.Columns["x"]).Values);
    }

    [Fact]
    public async Task ReadAsync_IntegerTimestamps_AreMicroseconds()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, new Part { Timestamp = new DataField<long>("timestamp", false) });

        var group = Assert.Single(await DatasetTests.ReadAsync(Dataset.Open(folder.Path), "t", Split.Train));

        Assert.Equal([5L, 6L], group.Timestamps);
    }

    public static TheoryData<string, Part> WrongColumns() => new()
    {
        { "column 'x': found none, expected float32", new Part { Without = "x" } },
        { "column 'key': found none, expected string", new Part { Without = "key" } },
        { "column 'row': found none, expected int64", new Part { Without = "row" } },
        { "column 'c': found int64, expected int32", new Part { C = new DataField<long>("c", false) } },
        { "column 'c': found list of int32, expected int32", new Part { C = new ListField("c", new DataField<int>("element", false)) } },
        { "column 'timestamp': found timestamp (Timestamp, Nanos), expected timestamp in microseconds", new Part { Timestamp = new DateTimeDataField("timestamp", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Nanos, isNullable: false) } },
    };

    [Theory]
    [MemberData(nameof(WrongColumns), DisableDiscoveryEnumeration = true)]
    public async Task Open_WrongColumn_IsNamed(string message, Part part)
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, part);

        Assert.Contains($"{path}: {message}", Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Part> WrongValues() => new()
    {
        { "row group 0, row 1, column 'x': found null, expected a value.", new Part { Nullable = true, X = [1, null] } },
        { "row group 0, row 0, column 'x': found NaN, expected a finite number.", new Part { X = [float.NaN, 1] } },
        { "row group 0, row 1, column 'label': found 2, expected 0 or 1", new Part { Labels = [1, 2] } },
        { "row group 0, row 1, column 'c': found 9, expected an index from 0 to 1.", new Part { Categories = [1, 9] } },
        { "row group 0, row 1, column 'key': found 'a' after 'b', expected ascending keys.", new Part { Keys = ["b", "a"] } },
        { "row group 1, row 0, column 'key': found 'a' after 'b' of the row group before", new Part { Groups = 2 } },
    };

    [Theory]
    [MemberData(nameof(WrongValues), DisableDiscoveryEnumeration = true)]
    public async Task ReadAsync_WrongValue_NamesFileRowGroupRowAndColumn(string message, Part part)
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, part);
        var dataset = Dataset.Open(folder.Path);

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => DatasetTests.ReadAsync(dataset, "t", Split.Train));

        Assert.Contains($"{path}: {message}", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<string> WriteAsync(TemporaryFolder folder, Part part)
    {
        ContractJson.Write(folder["schema.json"], Small);
        var partition = Directory.CreateDirectory(Path.Combine(folder.Path, "task=t", "split=train")).FullName;
        var path = Path.Combine(partition, "part-00000.parquet");
        await part.WriteAsync(path);
        return path;
    }

    /// <summary>A part of two rows, written column by column so that anything can be wrong with it.</summary>
    public sealed record Part
    {
        public bool Nullable { get; init; }

        public string? Without { get; init; }

        public int Groups { get; init; } = 1;

        public string[] Keys { get; init; } = ["a", "b"];

        public float[] Labels { get; init; } = [0, 1];

        public float?[] X { get; init; } = [0, 0];

        public int[] Categories { get; init; } = [0, 1];

        public DataField Timestamp { get; init; } = new DateTimeDataField("timestamp", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Micros, isNullable: false);

        public Field C { get; init; } = new DataField<int>("c", false);

        public async Task WriteAsync(string path)
        {
            Field[] all =
            [
                new DataField<string>("key", Nullable), Timestamp, new DataField<float>("label", false), new DataField<float>("weight", false),
                new DataField<long>("row", false), Nullable ? new DataField<float?>("x") : new DataField<float>("x", false), C,
            ];
            Field[] fields = [.. all.Where(field => field.Name != Without)];
            await using var stream = File.Create(path);
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
            for (var index = 0; index < Groups; index++)
            {
                using var group = writer.CreateRowGroup();
                foreach (var field in fields)
                {
                    await WriteAsync(group, field);
                }
            }
        }

        private Task WriteAsync(ParquetRowGroupWriter group, Field field) => field switch
        {
            ListField list => group.WriteAllPartsAsync<int>((DataField)list.Item, Categories, new[] { 2, 2 }, new[] { 0, 0 }, default),
            DataField { Name: "key" } data => group.WriteAsync(data, Keys),
            DateTimeDataField data => group.WriteAsync<DateTime>(data, new[] { DateTime.UnixEpoch.AddMicroseconds(5), DateTime.UnixEpoch.AddMicroseconds(6) }),
            DataField { Name: "timestamp" } data => group.WriteAsync<long>(data, new[] { 5L, 6L }),
            DataField { Name: "row" } data => group.WriteAsync<long>(data, new[] { 0L, 1L }),
            DataField { Name: "label" } data => group.WriteAsync<float>(data, Labels),
            DataField { Name: "weight" } data => group.WriteAsync<float>(data, new[] { 1f, 1f }),
            DataField { Name: "x" } data => Nullable ? group.WriteAsync<float>(data, X) : group.WriteAsync<float>(data, Array.ConvertAll(X, x => x!.Value)),
            DataField data when data.ClrType == typeof(long) => group.WriteAsync<long>(data, Array.ConvertAll(Categories, category => (long)category)),
            DataField data => group.WriteAsync<int>(data, Categories),
            _ => throw new InvalidOperationException(field.Name),
        };
    }
}
