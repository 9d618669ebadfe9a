using LiMaml.Models.Specs;

namespace LiMaml.Models.Packages;

/// <summary>The names that graphs give to what goes in and out, besides those of features.</summary>
public static class GraphTensorNames
{
    /// <summary>Free axis: tasks of a batch, at least 1.</summary>
    public const string TasksAxis = "tasks";

    /// <summary>Free axis: samples that each task of a batch is padded to; may be 0.</summary>
    public const string SupportAxis = "support";

    /// <summary>Free axis: rows to score, at least 1.</summary>
    public const string RowsAxis = "rows";

    /// <summary>A meta embedding.</summary>
    public const string MetaEmbedding = "meta_embedding";

    /// <summary>Labels of support samples.</summary>
    public const string SupportLabel = "support_label";

    /// <summary>Weights of support samples, 0 or more; 0 pads.</summary>
    public const string SupportWeight = "support_weight";

    /// <summary>Where a support sample stands in its task's sequence: 1 is the oldest, 0 pads; only for meta blocks that read a sequence.</summary>
    public const string SupportPosition = "support_position";

    /// <summary>Days since the task's support sample before, 0 for the oldest; only for meta blocks that read a sequence.</summary>
    public const string SupportElapsed = "support_elapsed";

    /// <summary>Where each task's meta embedding starts from, its history bag included; only where a model has several task definitions.</summary>
    public const string StartingEmbedding = "starting_embedding";

    /// <summary>Each task's weighted mean support loss under θ.</summary>
    public const string LossBefore = "loss_before";

    /// <summary>The same after adaptation.</summary>
    public const string LossAfter = "loss_after";

    /// <summary>The score before the logistic function, for binary labels.</summary>
    public const string Logit = "logit";

    /// <summary>Probability of label 1, for binary labels.</summary>
    public const string Probability = "probability";

    /// <summary>The predicted label, for real labels.</summary>
    public const string Prediction = "prediction";

    /// <summary>A block's input <paramref name="name"/> at the support samples: global features.</summary>
    public static string Support(string name) => $"support_{name}";

    /// <summary>A block's input <paramref name="name"/> at the support samples: meta features.</summary>
    public static string SupportMeta(string name) => $"support_meta_{name}";

    /// <summary>A block's input <paramref name="name"/> at each task's most recent sample: meta features.</summary>
    public static string Latest(string name) => $"latest_{name}";

    /// <summary>The meta embedding of definition <paramref name="task"/>, as an input of the global graph of <paramref name="spec"/>.</summary>
    public static string EmbeddingOf(string task, ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.MetaBlocks.Count == 1 ? MetaEmbedding : $"{MetaEmbedding}_{task}";
    }

    /// <summary>The meta embeddings of another definition, <paramref name="task"/>, at the support samples.</summary>
    public static string SupportEmbeddingOf(string task) => $"support_{MetaEmbedding}_{task}";
}
