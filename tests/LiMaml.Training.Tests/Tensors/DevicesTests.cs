using LiMaml.Models;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Tensors;

public sealed class DevicesTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0:1")]
    [InlineData("CPU")]
    public void Parse_UnknownName_NamesTheChoices(string name) =>
        Assert.Equal($"device: found '{name}', expected cpu, cuda or cuda:N.", Assert.Throws<InvalidInputException>(() => Devices.Parse(name)).Message);

    [Fact]
    public void Parse_CudaWithoutAGpu_SaysWhatIsMissing()
    {
        Assert.SkipWhen(cuda.is_available(), "libtorch finds a GPU here");
        var fault = Assert.Throws<InvalidInputException>(() => Devices.Parse("cuda:1"));
        Assert.StartsWith("device: found 'cuda:1', expected cpu: libtorch finds no GPU here", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Device_SwitchesTf32Off()
    {
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (true, true);
        Devices.Parse("cpu");
        Assert.False(backends.cuda.matmul.allow_tf32);
        Assert.False(backends.cudnn.allow_tf32);
    }

    [Fact]
    public void Split_SeveralNames_KeepsTheirOrder() => Assert.Equal(["cuda:1", "cpu"], Devices.Split("cuda:1, cpu"));
}
