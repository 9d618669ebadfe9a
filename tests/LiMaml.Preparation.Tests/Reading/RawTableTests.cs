using System.IO.Compression;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Preparation.Tests.Reading;

public class RawTableTests
{
    [Fact]
    public async Task Prepare_GzippedQuotedCsvWithByteOrderMarkAndWindowsLineEnds_IsRead()
    {
        using var example = new Example();
        var text = "\uFEFF" + example.Clicks.Replace("tea", "\"green, \"\"tea\"\"\"", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        using (var stream = new StreamWriter(new GZipStream(File.Create(Path.Combine(example.Folder, "clicks.csv.gz")), CompressionLevel.Fastest)))
        {
            stream.Write(text);
        }

        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks.csv.gz" } };
        var items = await (await example.PrepareAsync()).CategoryByRowAsync("item");

        Assert.Equal(["green, \"tea\"", "rum", "green, \"tea\""], items[..3]);
    }

    [Fact]
    public async Task Prepare_OtherDelimiterWithoutHeader_IsRead()
    {
        using var example = new Example().With(clicks => clicks[(clicks.IndexOf('\n', StringComparison.Ordinal) + 1)..].Replace(",", "::", StringComparison.Ordinal));
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks.csv", Delimiter = "::", Header = false, Columns = ["member", "item", "price", "label", "time"] } };

        Assert.Equal([1.5, 2.5, 3.5], (await (await example.PrepareAsync()).DenseByRowAsync("price"))[..3].Select(value => (double)value));
    }

    [Fact]
    public async Task Prepare_FolderOfSparkParts_IsReadInOrderWithItsPartitionColumn()
    {
        using var example = new Example();
        var part = 0;
        foreach (var day in new[] { "2023-11-14", "2023-11-15" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(example.Folder, "clicks", $"dt={day}")).FullName;
            File.WriteAllText(Path.Combine(folder, "_SUCCESS"), "");
            File.WriteAllText(Path.Combine(folder, ".part-00000.parquet.crc"), "crc");
            await WriteSparkPartAsync(Path.Combine(folder, "part-00000.parquet"), new DateTime(2023, 11, 14 + part++, 12, 0, 0, DateTimeKind.Utc));
        }

        example.Schema = example.Schema with
        {
            Interactions = new SourceFile { Path = "clicks" },
            Timestamp = new SourceTimestamp("at", TimestampUnit.Iso8601),
            Label = new SourceLabel { Column = "value", Above = 1 },
            Features = [new SourceCategoricalFeature { Name = "dt" }, new SourceDenseFeature { Name = "value" }],
            Split = new ByTimeSplit { ValidationFrom = new DateTimeOffset(2023, 11, 15, 0, 0, 0, default), TestFrom = new DateTimeOffset(2023, 11, 15, 0, 0, 0, default) },
        };
        var prepared = await example.PrepareAsync();

        var train = await prepared.RowsAsync("member", Split.Train);
        Assert.Equal(["1", "2", "3"], train.Keys);
        Assert.Equal([1699963200000000, 1699963201000000, 1699963202000000], train.Timestamps);
        Assert.Equal([0f, 0f, 1f], train.Labels);
        Assert.Equal(["2023-11-14"], ((CategoricalFeature)prepared.Dataset.Schema.Feature("dt")).Vocabulary);
        Assert.Equal([null, null, null], (await prepared.CategoryByRowAsync("dt"))[3..]);
        Assert.Equal(new float[] { 0f, 1, 3, 0, 1, 3 }, await prepared.DenseByRowAsync("value"));
    }

    [Theory]
    [InlineData("clicks[1].csv")]
    [InlineData("clicks*.csv")]
    [InlineData("clicks?.csv")]
    [InlineData("clicks{a,b}.csv")]
    [InlineData("[*] it's; ~?/clicks.csv")]
    [InlineData("**/clicks.csv")]
    [InlineData(@"back\slash.csv")]
    public async Task Prepare_PathWithGlobCharacters_IsReadLiterally(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows allows no such names.");
        using var example = new Example();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(example.Folder, path))!);
        example.Add(path, example.Clicks);
        example.Add("clicks1.csv", example.Clicks.Replace("5,", "6,", StringComparison.Ordinal)); // what a pattern would match, too
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = path } };

        var prices = await (await example.PrepareAsync()).DenseByRowAsync("price");

        Assert.Equal(new float[] { 1.5f, 2.5f, 3.5f }, prices[..3]);
    }

    [Fact]
    public async Task Prepare_FolderOfPartsWithGlobCharacters_IsReadLiterally()
    {
        using var example = new Example();
        var folder = Directory.CreateDirectory(Path.Combine(example.Folder, "clicks [2023]", "dt=2023-11-14")).FullName;
        await WriteSparkPartAsync(Path.Combine(folder, "part-[0].parquet"), new DateTime(2023, 11, 14, 12, 0, 0, DateTimeKind.Utc));
        await WriteSparkPartAsync(Path.Combine(folder, "part-0.parquet"), new DateTime(2023, 11, 15, 12, 0, 0, DateTimeKind.Utc));
        example.Schema = example.Schema with
        {
            Interactions = new SourceFile { Path = "clicks [2023]" },
            Timestamp = new SourceTimestamp("at", TimestampUnit.Iso8601),
            Label = new SourceLabel { Column = "value", Above = 1 },
            Features = [new SourceCategoricalFeature { Name = "dt" }, new SourceDenseFeature { Name = "value" }],
            Split = new ByTimeSplit { ValidationFrom = new DateTimeOffset(2023, 11, 15, 0, 0, 0, default), TestFrom = new DateTimeOffset(2023, 11, 15, 0, 0, 0, default) },
        };
        var prepared = await example.PrepareAsync();

        Assert.Equal(["2023-11-14", "2023-11-14", "2023-11-14"], (await prepared.CategoryByRowAsync("dt"))[..3]);
        Assert.Equal(new float[] { 0f, 1, 3, 0, 1, 3 }, await prepared.DenseByRowAsync("value"));
    }

    [Fact]
    public async Task Prepare_IntoAFolderWithOddCharacters_Works()
    {
        using var example = new Example();
        example.Add("clicks.csv", example.Clicks);
        var prepared = await Prepared.FromAsync(example.Schema, example.Folder, Path.Combine(example.Folder, "it's [new]; a=b *"));

        Assert.Equal(8, (await prepared.AllAsync()).Sum(rows => rows.RowCount));
    }

    [Fact]
    public async Task Prepare_ParquetLists_AreReadAsTheyAre()
    {
        using var example = new Example();
        using (var session = Session.Open(Path.Combine(example.Folder, "writing"), 256L << 20, 1, default))
        {
            session.Execute(
                $"""
                COPY (SELECT * FROM (VALUES
                    (1, 0.0, 1700000000, CAST([] AS VARCHAR[]), [0.5, 1]),
                    (2, 1.0, 1700000100, [' a', NULL, ''], [0.5, 2]),
                    (3, 1.0, 1700000200, ['a', 'b', 'a'], [0.5, 3]),
                    (4, 1.0, 1700000900, NULL, NULL)) rows(member, label, time, tags, numbers)) TO {Sql.Text(Path.Combine(example.Folder, "clicks.parquet"))}
                """);
        }

        example.Schema = example.Schema with
        {
            Interactions = new SourceFile { Path = "clicks.parquet" },
            Features = [new SourceMultiValuedFeature { Name = "tags" }, new SourceVectorFeature { Name = "numbers", Length = 2, Missing = -1 }],
        };
        var prepared = await example.PrepareAsync();

        var train = await prepared.RowsAsync("member", Split.Train);
        Assert.Equal(["a", "b"], ((MultiValuedFeature)prepared.Dataset.Schema.Feature("tags")).Vocabulary);
        Assert.Equal([0, 0, 1, 3], ((MultiValuedColumn)train.Columns["tags"]).Offsets);
        Assert.Equal([1, 1, 2], ((MultiValuedColumn)train.Columns["tags"]).Indices);
        Assert.Equal([.5f, 1, .5f, 2, .5f, 3], ((VectorColumn)train.Columns["numbers"]).Values);
        Assert.Equal(new float[] { -1f, -1 }, ((VectorColumn)(await prepared.RowsAsync("member", Split.Test)).Columns["numbers"]).Values);
    }

    [Fact]
    public async Task Prepare_NumberColumnOfTimestamps_SaysWhichUnit()
    {
        using var example = new Example();
        Directory.CreateDirectory(Path.Combine(example.Folder, "clicks"));
        await WriteSparkPartAsync(Path.Combine(example.Folder, "clicks", "a.parquet"), DateTime.UnixEpoch.AddDays(20_000));
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks" }, Timestamp = new SourceTimestamp("at", TimestampUnit.Seconds) };

        Assert.Contains("expected the unit iso8601", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_TextThatIsNotUtf8_IsNamed()
    {
        using var example = new Example();
        File.WriteAllBytes(Path.Combine(example.Folder, "latin.csv"), System.Text.Encoding.Latin1.GetBytes(example.Clicks.Replace("rum", "café", StringComparison.Ordinal)));
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "latin.csv" } };

        Assert.Contains("latin.csv: not readable", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_GzipThatIsNot_IsNamed()
    {
        using var example = new Example();
        example.Add("clicks.csv.gz", example.Clicks);
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks.csv.gz" } };

        Assert.Contains("clicks.csv.gz: not readable as gzip", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_DamagedParquet_IsNamed()
    {
        using var example = new Example();
        example.Add("clicks.parquet", "not Parquet at all");
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks.parquet" } };

        Assert.Contains("clicks.parquet: not readable", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_FolderOfCsvWithOtherHeader_IsNamed()
    {
        using var example = new Example();
        Directory.CreateDirectory(Path.Combine(example.Folder, "clicks"));
        example.Add("clicks/1.csv", example.Clicks);
        example.Add("clicks/2.csv", example.Clicks.Replace("price", "cost", StringComparison.Ordinal));
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks" } };

        var message = await example.RefusalAsync();

        Assert.Contains("2.csv: header: found other columns", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_BadCellInSecondFile_NamesTheFile()
    {
        using var example = new Example();
        Directory.CreateDirectory(Path.Combine(example.Folder, "clicks"));
        example.Add("clicks/1.csv", example.Clicks);
        example.Add("clicks/2.csv", example.Clicks.Replace("2.5,0,1700000100", "x,0,1700000100", StringComparison.Ordinal));
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "clicks" } };

        var message = await example.RefusalAsync();

        Assert.Contains("2.csv), row 10, column 'price'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-01-31", 1706659200000000)]
    [InlineData("2024-01-31 12:00:00.25", 1706702400250000)]
    [InlineData("2024-01-31T12:00:00Z", 1706702400000000)]
    [InlineData("2024-01-31T12:00:00+02:00", 1706695200000000)]
    public async Task Prepare_IsoTimes_AreUtcUnlessTheySayOtherwise(string text, long micros)
    {
        using var example = new Example { Clicks = $"member,item,price,label,time\nann,tea,1,1,2024-01-01\nann,tea,2,0,2024-01-01\nann,tea,3,0,{text}" };
        example.Schema = example.Schema with
        {
            Timestamp = new SourceTimestamp("time", TimestampUnit.Iso8601),
            Split = new ByTimeSplit { ValidationFrom = new DateTimeOffset(2024, 1, 15, 0, 0, 0, default), TestFrom = new DateTimeOffset(2024, 1, 15, 0, 0, 0, default) },
        };

        Assert.Equal([micros], (await (await example.PrepareAsync()).RowsAsync("member", Split.Test)).Timestamps);
    }

    [Theory]
    [InlineData("1706702400.25", TimestampUnit.Seconds, 1706702400250000)]
    [InlineData("1706702400.123457", TimestampUnit.Seconds, 1706702400123457)]
    [InlineData("1.7067024e9", TimestampUnit.Seconds, 1706702400000000)]
    [InlineData("1706702400123.457", TimestampUnit.Milliseconds, 1706702400123457)]
    [InlineData("1706702400123457", TimestampUnit.Microseconds, 1706702400123457)]
    [InlineData("1706702400123457999", TimestampUnit.Nanoseconds, 1706702400123457)]
    public async Task Prepare_CountedTimes_AreKeptToTheMicrosecond(string text, TimestampUnit unit, long micros)
    {
        var early = unit switch { TimestampUnit.Seconds => "1700000000", TimestampUnit.Milliseconds => "1700000000000", TimestampUnit.Microseconds => "1700000000000000", _ => "1700000000000000000" };
        using var example = new Example { Clicks = $"member,item,price,label,time\nann,tea,1,1,{early}\nann,tea,2,0,{early}\nann,tea,3,0,{text}" };
        example.Schema = example.Schema with { Timestamp = new SourceTimestamp("time", unit) };

        Assert.Equal([micros], (await (await example.PrepareAsync()).RowsAsync("member", Split.Test)).Timestamps);
    }

    // INT96 timestamps, as Spark writes them: three members a second apart.
    private static async Task WriteSparkPartAsync(string path, DateTime start)
    {
        var (member, value, at) = (new DataField<int>("member"), new DataField<double>("value"), new DateTimeDataField("at", DateTimeFormat.Impala));
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(member, value, at), stream);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<int>(member, new[] { 1, 2, 3 });
        await group.WriteAsync<double>(value, new[] { 0.0, 1, 3 });
        await group.WriteAsync<DateTime>(at, new[] { start, start.AddSeconds(1), start.AddSeconds(2) });
    }
}
