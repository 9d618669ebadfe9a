using LiMaml.Models.Schemas;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Simple models of today's practice beside the variants: a tuned matrix factorisation and random effects (GLMix).</summary>
internal static class Rivals
{
    /// <summary>Asks for both where labels are not real; for the factorisation, where there are items.</summary>
    public static EvaluationOptions Add(ExperimentSetting setting, EvaluationOptions options) => setting.Schema.Label is LabelKind.Real ? options : options with
    {
        Rivals = new RivalOptions { FactorisationItem = setting.ItemFeature, RandomEffects = setting.ItemFeature is { } item ? [item] : [] },
    };
}
