using System.Globalization;
using LiMaml.Training.Configurations;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Experiments that vary one number of the configuration.</summary>
internal static class Sweeps
{
    private static readonly double[] Factors = [0.1, 0.3, 1, 3, 10];

    /// <summary>Table 10: dropout after every dense layer.</summary>
    public static Experiment Table10 { get; } = new()
    {
        Name = "table-10",
        Paper = "Table 10",
        Title = "Dropout in both blocks",
        Question = "In the paper any dropout costs gain; with little data it need not.",
        Variants = _ =>
        [
            Variants.Vanilla,
            .. Enumerable.Range(0, 7).Select(tenths => tenths / 10.0).Select(rate => Variants.With(
                string.Create(CultureInfo.InvariantCulture, $"dropout {rate:0.0}"),
                ConfigurationPatch.Of(("metaBlock.layers[*].dropout", rate), ("global.layers[*].dropout", rate)),
                rate)),
        ],
        Figures = Curves("dropout", isLogarithmic: false),
    };

    /// <summary>Tables 11 and 12: α around the base's.</summary>
    public static Experiment TaskLearningRate { get; } = new()
    {
        Name = "task-learning-rate",
        Paper = "Tables 11 and 12",
        Title = "The task learning rate α of the inner loop",
        Question = "The gain should hardly depend on α over one or two decades.",
        Variants = setting => Around("α", "innerLoop.stepSize", setting.Base.InnerLoop.StepSize),
        Figures = Curves("task learning rate α", isLogarithmic: true),
    };

    /// <summary>Table 13: β around the base's.</summary>
    public static Experiment GlobalLearningRate { get; } = new()
    {
        Name = "global-learning-rate",
        Paper = "Table 13",
        Title = "The global learning rate β of the outer loop",
        Question = "β matters more than α and needs tuning.",
        Variants = setting => Around("β", "training.learningRate", setting.Base.Training.LearningRate),
        Figures = Curves("global learning rate β", isLogarithmic: true),
    };

    private static ExperimentVariant[] Around(string symbol, string path, double centre) =>
    [
        Variants.Vanilla,
        .. Factors.Select(factor => double.Round(centre * factor, 12)).Select(value => Variants.With(
            string.Create(CultureInfo.InvariantCulture, $"{symbol} = {value:0.######}"), ConfigurationPatch.Of((path, value)), value)),
    ];

    private static ExperimentFigure[] Curves(string label, bool isLogarithmic) =>
    [
        new("gain", "AUC gain", FigureMeasure.Gain) { XLabel = label, IsLogarithmic = isLogarithmic },
        new("task-auc", "Mean per-task AUC", FigureMeasure.TaskAuc) { XLabel = label, IsLogarithmic = isLogarithmic },
    ];
}
