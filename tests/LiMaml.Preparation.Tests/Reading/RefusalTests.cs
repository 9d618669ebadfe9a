using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Reading;

/// <summary>Each way in which raw data can be wrong, and what a newcomer is told.</summary>
public class RefusalTests
{
    [Theory]
    [InlineData("bob,rum,0.5", "bob,rum,cheap", "clicks.csv, row 5, column 'price' (feature 'price')", "found 'cheap', expected a number within float32")]
    [InlineData("bob,rum,0.5", "bob,rum,NaN", "row 5, column 'price'", "found 'NaN', expected a finite number")]
    [InlineData("bob,rum,0.5", "bob,rum,-inf", "row 5, column 'price'", "found '-inf', expected a finite number")]
    [InlineData("bob,rum,0.5", "bob,rum,1e39", "row 5, column 'price'", "found '1e39', expected a finite number within float32")]
    [InlineData("bob,rum,0.5", "bob,rum,", "row 5, column 'price'", "found an empty cell, expected a number, or a value for `missing` in the schema")]
    [InlineData("bob,rum,0.5", "bob,,0.5", "row 5, column 'item'", "found an empty cell, expected a category, or a value for `missing`")]
    [InlineData("bob,rum,0.5", ",rum,0.5", "row 5, column 'member' (task 'member')", "found an empty cell, expected a value: the column is a task's key")]
    [InlineData("0.5,1,", "0.5,2,", "row 5, column 'label' (label)", "found '2', expected 0 or 1")]
    [InlineData("0.5,1,", "0.5,yes,", "row 5, column 'label'", "found 'yes', expected a number")]
    [InlineData("0.5,1,", "0.5,,", "row 5, column 'label'", "found an empty cell, expected a label")]
    [InlineData("0.5,1,", "0.5,nan,", "row 5, column 'label'", "found 'nan', expected a finite number")]
    [InlineData("1700000400", "soon", "row 5, column 'time' (timestamp)", "found 'soon', expected a number of seconds")]
    [InlineData("1700000400", "", "row 5, column 'time'", "found an empty cell, expected a timestamp")]
    [InlineData("1700000400", "1700000400000", "row 5, column 'time'", "a moment from 1990 to 2100 in seconds; the unit milliseconds would fit")]
    [InlineData("1700000400", "1700000400000000", "row 5, column 'time'", "; the unit microseconds would fit")]
    [InlineData("1700000400", "1700000400000000000", "row 5, column 'time'", "; the unit nanoseconds would fit")]
    [InlineData("1700000400", "0", "row 5, column 'time'", "found '0', expected a moment from 1990 to 2100 in seconds")]
    [InlineData("bob,rum,0.5,1,1700000400", "bob,rum,0.5,1", "clicks.csv: not readable", "Expected Number of Columns: 5 Found: 4")]
    [InlineData("member,item,price", "member,item,item", "clicks.csv: header", "found 'item' more than once")]
    [InlineData("member,item,price", "member,item,", "clicks.csv: header", "found a column without a name")]
    [InlineData("member,item,price", "member,item,cost", "feature 'price': column of clicks.csv", "found 'price', expected one of member, item, cost, label, time")]
    [InlineData("member,item,price", "user,item,price", "task 'member': column of clicks.csv", "found 'member', expected one of user,")]
    public async Task Prepare_BadCell_IsNamed(string good, string bad, string where, string what)
    {
        using var example = new Example().With(clicks => clicks.Replace(good, bad, StringComparison.Ordinal));

        var message = await example.RefusalAsync();

        Assert.Contains(where, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_ManyBadCells_ShowsTheFirstAndTheirNumber()
    {
        using var example = new Example().With(clicks => clicks.Replace(".5,", "x,", StringComparison.Ordinal));

        var message = await example.RefusalAsync();

        Assert.Contains("row 1, column 'price'", message, StringComparison.Ordinal);
        Assert.Contains("found '1x', expected a number within float32 (6 rows are refused; this is the first)", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "found an empty file")]
    [InlineData("member,item,price,label,time\n", "found no rows, expected at least one row")]
    public async Task Prepare_EmptyFile_IsNamed(string contents, string what)
    {
        using var example = new Example { Clicks = contents };

        var message = await example.RefusalAsync();

        Assert.Contains("clicks.csv", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoSuchFile_IsNamed()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Interactions = new SourceFile { Path = "other.csv" } };

        Assert.Contains("other.csv: found nothing, expected a file or folder", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoTestRows_SaysWhenTheInteractionsAre()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Split = new ByTimeSplit { ValidationFrom = Example.At(400), TestFrom = Example.At(10_000) } };

        var message = await example.RefusalAsync();

        Assert.Contains("found no test rows", message, StringComparison.Ordinal);
        Assert.Contains("from 2023-11-14T22:13:20Z to 2023-11-14T22:25:00Z", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoTrainingRows_IsRefused()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Split = new ByTimeSplit { ValidationFrom = Example.At(-10), TestFrom = Example.At(300) } };

        Assert.Contains("found no training rows", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_OneLabelInTraining_IsRefused()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Label = new SourceLabel { Column = "price", Threshold = 0.1 } };

        Assert.Contains("found 1 in all of them, expected both 0 and 1", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NegativeNumberForLog1p_IsRefused()
    {
        using var example = new Example().With(clicks => clicks.Replace("0.5", "-0.5", StringComparison.Ordinal));
        example.Schema = example.Schema with { Features = [new SourceDenseFeature { Name = "price", Transform = DenseTransform.Log1p }] };

        Assert.Contains("found '-0.5', expected a number of 0 or more", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_VectorOfOtherLength_IsRefused()
    {
        using var example = new Example().With(clicks => clicks.Replace("tea", "1 2", StringComparison.Ordinal).Replace("rum", "3 4 5", StringComparison.Ordinal));
        example.Schema = example.Schema with { Features = [new SourceVectorFeature { Name = "item", Length = 2 }] };

        Assert.Contains("row 2, column 'item' (feature 'item'): found '3 4 5', expected 2 numbers", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_OutputExists_IsRefusedAndKept()
    {
        using var example = new Example();
        var before = await example.PrepareAsync();

        var fault = await Assert.ThrowsAsync<InvalidInputException>(example.PrepareAsync);

        Assert.Contains("dataset", fault.Message, StringComparison.Ordinal);
        Assert.Equal(4, before.Dataset.CountRows("member", LiMaml.Models.Datasets.Split.Train));
    }

    [Fact]
    public async Task Prepare_TaskWithOneClass_IsCountedNotRefused()
    {
        using var example = new Example { Clicks = new Example().Clicks + "\ncat,tea,1,1,1700000250\ncat,tea,1,1,1700000350" };

        var members = Assert.Single((await example.PrepareAsync()).Statistics.Tasks);

        Assert.Equal(2, members.Splits[LiMaml.Models.Datasets.Split.Train].OneClassTaskCount); // bob's only row, and cat's two
    }
}
