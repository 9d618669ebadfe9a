using System.Globalization;
using LiMaml.Models;
using static TorchSharp.torch;

namespace LiMaml.Training.Tensors;

/// <summary>Devices by the names users give them.</summary>
internal static class Devices
{
    /// <summary>The names of devices that are separated by commas, at least one.</summary>
    public static IReadOnlyList<string> Split(string names) => names.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>
    /// The device called <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. From then on this process computes products in full float32:
    /// libtorch would let cuDNN round their factors to TF32, and what is recorded for a package would then be off by 1e-3.
    /// </summary>
    /// <exception cref="InvalidInputException">There is none of that name here.</exception>
    public static Device Parse(string name)
    {
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, false);
        if (name == "cpu")
        {
            return CPU;
        }

        var parts = name.Split(':');
        if (parts[0] != "cuda" || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            throw new InvalidInputException("device", $"'{name}'", "cpu, cuda or cuda:N");
        }

        if (!cuda.is_available())
        {
            throw new InvalidInputException("device", $"'{name}'", "cpu: libtorch finds no GPU here (a build for one: -p:LiMamlAccelerator=cuda, or a libtorch with CUDA in its place)");
        }

        var index = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        return index < cuda.device_count()
            ? new Device(TorchSharp.DeviceType.CUDA, index)
            : throw new InvalidInputException("device", $"'{name}'", $"cuda:0 … cuda:{cuda.device_count() - 1}");
    }
}
