using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Verification;

namespace LiMaml.Runtime.Tests.Verification;

public sealed class VerifierTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Verify_WhatWasRecorded_PassesForEveryOutputOfEveryGraph()
    {
        var package = TestModel.Recorded(TestModel.Two, folder["package"]);
        var report = Verifier.Verify(package.Folder);
        Assert.True(report.Passed);
        Assert.Equal(package.Manifest.BundleId, report.BundleId);
        Assert.Equal(
            ["global logit", "global probability", "meta-member meta_embedding", "adapt-member meta_embedding", "adapt-member loss_before", "adapt-member loss_after", "adapt-member starting_embedding",
                "meta-item meta_embedding", "adapt-item meta_embedding", "adapt-item loss_before", "adapt-item loss_after", "adapt-item starting_embedding"],
            report.Outputs.Select(output => $"{output.Graph} {output.Output}"));
        Assert.All(report.Outputs, output => Assert.Equal((1, 0.0, 1e-5), (output.CaseCount, output.LargestError, output.Tolerance)));
    }

    [Theory]
    [InlineData("logit", 0.01f)]
    [InlineData("probability", -0.002f)]
    public void Verify_AnOutputThatIsOff_FailsWithItsRelativeError(string output, float off)
    {
        Off(folder["package"], output, off);
        var report = Verifier.Verify(folder["package"]);
        var failed = Assert.Single(report.Outputs, one => !one.Passed);
        var recorded = (float[])ModelPackage.Open(folder["package"]).ReadHandoff().Single(one => one.Graph == "global").Outputs[output].Data;
        Assert.False(report.Passed);
        Assert.Equal((output, "random"), (failed.Output, failed.WorstCase));
        Assert.Equal(recorded.Max(value => Math.Abs(off) / Math.Max(1, Math.Abs(value))), failed.LargestError, 1e-5);
        Assert.Equal(failed.LargestError, report.LargestError);
    }

    [Fact]
    public void Verify_AWiderTolerance_Passes()
    {
        Off(folder["package"], "logit", 0.01f);
        Assert.False(Verifier.Verify(folder["package"]).Passed);
        Assert.True(Verifier.Verify(folder["package"], tolerance: 0.1).Passed);
        Assert.Equal(0.1, Verifier.Verify(folder["package"], tolerance: 0.1).Outputs[0].Tolerance);
    }

    [Fact]
    public void Verify_RecordedNotANumber_IsInfinitelyOff()
    {
        var recorded = Recorded();
        var changed = recorded.Select(one => one.Graph == "meta" ? one with { Outputs = Changed(one.Outputs, "meta_embedding", _ => float.NaN) } : one).ToList();
        var package = TestModel.Package(TestModel.Checkpoint(TestModel.Mlp, TestModel.Schema), changed, folder["package"]);
        var output = Verifier.Verify(package.Folder).Outputs.Single(output => output.Graph == "meta");
        Assert.Equal(double.PositiveInfinity, output.LargestError);
        Assert.False(output.Passed);
    }

    [Fact]
    public void Verify_SupportsOfNoneOneAndMany_Pass()
    {
        foreach (var length in (int[])[0, 1, 9])
        {
            var recorded = Recorded($"first-{length}").Select(one => one.Graph == "adapt" ? WithSupport(one, length) : one).ToList();
            var package = TestModel.Package(TestModel.Checkpoint(TestModel.Mlp, TestModel.Schema), recorded, folder[$"package-{length}"]);
            var report = Verifier.Verify(package.Folder, tolerance: 1e9);
            Assert.Equal(3, report.Outputs.Count(output => output.Graph == "adapt" && output.CaseCount == 1 && double.IsFinite(output.LargestError)));
        }
    }

    [Fact]
    public void Verify_ToleranceBelowZero_IsNamed()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        Assert.StartsWith("tolerance: found -1,", Assert.Throws<InvalidInputException>(() => Verifier.Verify(package.Folder, tolerance: -1)).Message);
        Assert.StartsWith("tolerance: found NaN,", Assert.Throws<InvalidInputException>(() => Verifier.Verify(package.Folder, tolerance: double.NaN)).Message);
    }

    [Fact]
    public void Verify_AChangedGraph_IsRefused()
    {
        var package = TestModel.Package(TestModel.Mlp, folder["package"]);
        File.AppendAllText(package.PathOf(package.Global), " ");
        Assert.Contains("model.onnx", Assert.Throws<InvalidInputException>(() => Verifier.Verify(package.Folder)).Message);
    }

    private IReadOnlyList<HandoffCase> Recorded(string name = "first") => TestModel.Recorded(TestModel.Mlp, folder[name]).ReadHandoff();

    private void Off(string target, string output, float off) => TestModel.Package(
        TestModel.Checkpoint(TestModel.Mlp, TestModel.Schema),
        [.. Recorded().Select(one => one.Graph == "global" ? one with { Outputs = Changed(one.Outputs, output, value => value + off) } : one)],
        target);

    private static Dictionary<string, NamedTensor> Changed(IReadOnlyDictionary<string, NamedTensor> tensors, string name, Func<float, float> change) =>
        new(tensors) { [name] = tensors[name] with { Data = ((float[])tensors[name].Data).Select(change).ToArray() } };

    /// <summary>The case with supports of <paramref name="length"/> samples, their values repeated from those recorded.</summary>
    private static HandoffCase WithSupport(HandoffCase recorded, int length) => recorded with
    {
        Inputs = recorded.Inputs.ToDictionary(input => input.Key, input => input.Key.StartsWith("support_", StringComparison.Ordinal) ? Resized(input.Value, length) : input.Value),
    };

    private static NamedTensor Resized(NamedTensor tensor, int length)
    {
        long[] shape = [tensor.Shape[0], length, .. tensor.Shape[2..]];
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return tensor.Data is long[] integers
            ? new NamedTensor(shape, Enumerable.Range(0, count).Select(_ => integers[0] % 3).ToArray())
            : new NamedTensor(shape, Enumerable.Range(0, count).Select(index => ((float[])tensor.Data)[index % tensor.Data.Length]).ToArray());
    }
}
