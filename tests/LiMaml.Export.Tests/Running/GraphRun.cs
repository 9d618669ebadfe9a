using LiMaml.Export.Tests.Reference;
using Microsoft.ML.OnnxRuntime;

namespace LiMaml.Export.Tests.Running;

/// <summary>Runs graphs on ONNX Runtime.</summary>
internal static class GraphRun
{
    /// <summary>The outputs of the graph in <paramref name="model"/> for <paramref name="inputs"/>, by name.</summary>
    public static Dictionary<string, NdArray> Run(byte[] model, IReadOnlyDictionary<string, NdArray> inputs)
    {
        using var session = new InferenceSession(model);
        return Run(session, inputs);
    }

    public static Dictionary<string, NdArray> Run(InferenceSession session, IReadOnlyDictionary<string, NdArray> inputs)
    {
        var values = session.InputMetadata.ToDictionary(input => input.Key, input => ToValue(inputs[input.Key], input.Value));
        try
        {
            using var options = new RunOptions();
            using var results = session.Run(options, values, session.OutputNames);
            return session.OutputNames.Zip(results, (name, result) => (name, FromValue(result))).ToDictionary(pair => pair.name, pair => pair.Item2);
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    /// <summary>Fails where an element is further from what is expected than <paramref name="tolerance"/> × max(1, |expected|).</summary>
    public static void AssertClose(NdArray expected, NdArray actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (var index = 0; index < expected.Values.Length; index++)
        {
            var (wanted, found) = (expected.Values[index], actual.Values[index]);
            Assert.True(
                Math.Abs(wanted - found) <= tolerance * Math.Max(1, Math.Abs(wanted)),
                $"{what} element {index}: expected {wanted}, found {found}");
        }
    }

    private static OrtValue ToValue(NdArray array, NodeMetadata metadata)
    {
        long[] shape = [.. array.Shape.Select(size => (long)size)];
        return metadata.ElementType == typeof(long)
            ? OrtValue.CreateTensorValueFromMemory(array.Values.Select(value => (long)value).ToArray(), shape)
            : OrtValue.CreateTensorValueFromMemory(array.Values.Select(value => (float)value).ToArray(), shape);
    }

    private static NdArray FromValue(OrtValue value)
    {
        int[] shape = [.. value.GetTensorTypeAndShape().Shape.Select(size => (int)size)];
        return new NdArray([.. value.GetTensorDataAsSpan<float>().ToArray().Select(element => (double)element)], shape);
    }
}
