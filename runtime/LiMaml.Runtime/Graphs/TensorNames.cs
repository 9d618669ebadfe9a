namespace LiMaml.Runtime.Graphs;

/// <summary>Names of the graphs' free axes.</summary>
internal static class Axes
{
    public const string Tasks = "tasks";
    public const string Support = "support";
    public const string Rows = "rows";
}

/// <summary>Names of the graphs' tensors, as the format of model packages defines them.</summary>
internal static class TensorNames
{
    public const string MetaEmbedding = "meta_embedding";
    public const string SupportMetaPrefix = "support_meta_";
    public const string SupportPrefix = "support_";
    public const string LatestPrefix = "latest_";
    public const string SupportLabel = "support_label";
    public const string SupportWeight = "support_weight";
    public const string LossBefore = "loss_before";
    public const string LossAfter = "loss_after";
    public const string Logit = "logit";
    public const string Probability = "probability";
    public const string Prediction = "prediction";

    /// <summary>The global block's input for the meta embedding of <paramref name="task"/>.</summary>
    public static string EmbeddingOf(string task, int taskCount) => taskCount == 1 ? MetaEmbedding : $"{MetaEmbedding}_{task}";

    /// <summary>The input of <c>adapt</c> for each support sample's meta embedding of another task definition.</summary>
    public static string SupportEmbedding(string task) => $"{SupportPrefix}{MetaEmbedding}_{task}";
}
