using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Serve;

/// <summary>A package's graphs, for models with one task definition.</summary>
internal sealed class Model
{
    private readonly JsonElement manifest;
    private readonly Encoder encoder;
    private readonly Dictionary<string, (JsonElement Graph, InferenceSession Session)> graphs;

    public Model(string folder)
    {
        manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json"))).RootElement;
        encoder = new Encoder(manifest.GetProperty("schema"));
        graphs = manifest.GetProperty("graphs").EnumerateArray().ToDictionary(
            graph => graph.GetProperty("kind").GetString()!,
            graph => (graph, new InferenceSession(Path.Combine(folder, graph.GetProperty("path").GetString()!))));
    }

    /// <summary>Algorithm 2b for one task: samples oldest first, each with a label, features, and perhaps a weight and a time.</summary>
    public float[] Adapt(IReadOnlyList<JsonElement> history)
    {
        var samples = history.TakeLast((int)Setting("supportCapacity")!).ToList();
        var rows = samples.Select(sample => sample.GetProperty("features")).ToList();
        double Decay(int newer) => Setting("halfLife") is { } halfLife ? Math.Pow(0.5, newer / halfLife) : 1;
        var weights = samples.Select((sample, index) =>
            (float)((sample.TryGetProperty("weight", out var weight) ? weight.GetDouble() : 1) * Decay(samples.Count - 1 - index)));
        double Time(int index) => samples[Math.Max(index, 0)].TryGetProperty("time", out var time) ? time.GetDouble() : 0; // seconds
        OrtValue PerSample(Func<JsonElement, int, float> number) => OrtValue.CreateTensorValueFromMemory(samples.Select(number).ToArray(), [1, samples.Count]); // [tasks, support]
        return Run("adapt", input => input.GetProperty("name").GetString() switch
        {
            "support_label" => PerSample((sample, _) => sample.GetProperty("label").GetSingle()),
            "support_weight" => OrtValue.CreateTensorValueFromMemory(weights.ToArray(), [1, samples.Count]),
            "support_position" => PerSample((_, index) => index + 1), // this and the next for transformers alone
            "support_elapsed" => PerSample((_, index) => (float)((Time(index) - Time(index - 1)) / 86400)), // days since the sample before
            { } name when name.StartsWith("latest_", StringComparison.Ordinal) => encoder.Tensor(input, [rows[^1]], 1), // [tasks, width]
            _ => encoder.Tensor(input, rows, 1, rows.Count), // [tasks, support, width]
        })["meta_embedding"];
    }

    /// <summary>Of the fine-tuning; the meta block's own value comes first.</summary>
    private double? Setting(string name)
    {
        var model = manifest.GetProperty("model");
        return model.GetProperty("metaBlocks")[0].TryGetProperty(name, out var value) || model.GetProperty("fineTuning").TryGetProperty(name, out value) ? value.GetDouble() : null;
    }

    /// <summary>For tasks without history: [rows, d].</summary>
    public float[] Unadapted(IReadOnlyList<JsonElement> rows) =>
        Run("meta", input => encoder.Tensor(input, rows, rows.Count))["meta_embedding"];

    /// <summary><c>logit</c> and <c>probability</c>, or <c>prediction</c>, of rows [rows, 1] with a meta embedding each [rows, d].</summary>
    public Dictionary<string, float[]> Score(IReadOnlyList<JsonElement> rows, float[] embeddings) => Run("global", input =>
        input.GetProperty("name").GetString() == "meta_embedding"
            ? OrtValue.CreateTensorValueFromMemory(embeddings, [rows.Count, embeddings.Length / rows.Count])
            : encoder.Tensor(input, rows, rows.Count));

    private Dictionary<string, float[]> Run(string kind, Func<JsonElement, OrtValue> feed)
    {
        var (graph, session) = graphs[kind];
        var inputs = graph.GetProperty("inputs").EnumerateArray().ToDictionary(input => input.GetProperty("name").GetString()!, feed);
        var names = graph.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()!).ToList();
        using var options = new RunOptions();
        using var outputs = session.Run(options, inputs, names);
        foreach (var input in inputs.Values)
        {
            input.Dispose();
        }

        return names.Zip(outputs).ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }
}
