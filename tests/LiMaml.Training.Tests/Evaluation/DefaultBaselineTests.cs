using LiMaml.Models.Checkpoints;
using LiMaml.Models.Specs;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Tests.Network;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class DefaultBaselineTests
{
    [Theory]
    [InlineData("Vanilla", TrainingAlgorithm.LiMaml, TrainingAlgorithm.WideAndDeep, TrainingAlgorithm.Vanilla)]
    [InlineData("WideAndDeep", TrainingAlgorithm.Maml, TrainingAlgorithm.WideAndDeep, TrainingAlgorithm.LiMaml)]
    [InlineData("Maml", TrainingAlgorithm.Maml, TrainingAlgorithm.LiMaml)]
    public void Of_SeveralAlgorithms_IsTheModelClosestToVanilla(string expected, params TrainingAlgorithm[] algorithms) => Assert.Equal(
        expected,
        ModelEvaluation.DefaultBaseline(algorithms.Select(algorithm => ($"{algorithm}", new List<Checkpoint> { Of(algorithm) }))));

    private static Checkpoint Of(TrainingAlgorithm algorithm) =>
        new(SampleNetwork.DefaultSpec with { Algorithm = algorithm }, SampleNetwork.Schema, [], new Dictionary<string, NamedTensor>());
}
