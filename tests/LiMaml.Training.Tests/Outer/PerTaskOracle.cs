using LiMaml.Models.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Outer;

/// <summary>Rows of one task: meta and global features [rows, width], labels and weights [rows, 1].</summary>
internal sealed record OracleRows(Tensor Meta, Tensor Global, Tensor Labels, Tensor Weights);

/// <summary>
/// Algorithm 2a as a page of PyTorch would have it: plain multilayer perceptrons, one task after another, every gradient
/// by automatic differentiation of the written-out loss.
/// </summary>
/// <param name="spec">One meta block, dense features as they are, all of them the item's where the form has an item side, tanh.</param>
/// <param name="theta">θ by parameter name.</param>
internal sealed class PerTaskOracle(ModelSpec spec, IReadOnlyDictionary<string, Tensor> theta)
{
    private readonly InnerLoopSpec loop = spec.InnerLoop;

    /// <summary>Weighted mean query loss over all tasks (lines 11–12).</summary>
    public Tensor Loss(IReadOnlyList<(OracleRows Support, OracleRows Query)> tasks)
    {
        var total = zeros(1, ScalarType.Float64);
        var weight = zeros(1, ScalarType.Float64);
        foreach (var (support, query) in tasks)
        {
            total = total.add(Losses(Adapt(support), query).Loss.mul(query.Weights).sum());
            weight = weight.add(query.Weights.sum());
        }

        return total.div(weight).sum();
    }

    /// <summary>θᵢ (lines 4–10).</summary>
    public Dictionary<string, Tensor> Adapt(OracleRows support)
    {
        if (support.Labels.shape[0] == 0)
        {
            return new(theta);
        }

        var start = theta.ToDictionary(entry => entry.Key, entry => Follows(entry.Key) ? entry.Value.clone() : entry.Value.detach().clone().requires_grad_(true));
        var moving = theta.Keys.Where(name => loop.Adapts is AdaptedWeights.Network || IsMeta(name)).ToArray();
        var adapted = new Dictionary<string, Tensor>(start);
        var length = StepLength(start, moving, support);
        for (var step = 0; step < loop.Steps; step++)
        {
            var loss = SupportLoss(adapted, start, moving, support);
            var gradients = autograd.grad([loss], [.. moving.Select(name => adapted[name])], retain_graph: true, create_graph: loop.SecondOrder);
            adapted = new(adapted);
            for (var index = 0; index < moving.Length; index++)
            {
                var gradient = loop.SecondOrder ? gradients[index] : gradients[index].detach();
                adapted[moving[index]] = adapted[moving[index]].sub(gradient.mul(length));
            }
        }

        return theta.ToDictionary(entry => entry.Key, entry => entry.Value.add(Movement(adapted[entry.Key], start[entry.Key])));
    }

    private static bool IsMeta(string name) => name.StartsWith("meta.", StringComparison.Ordinal);

    private bool Follows(string name) => loop.SecondOrder && (IsMeta(name) || loop.TotalGlobalGradient);

    private Tensor Movement(Tensor adapted, Tensor start)
    {
        var movement = adapted.sub(start);
        return loop.SecondOrder ? movement : movement.detach();
    }

    private Tensor SupportLoss(Dictionary<string, Tensor> adapted, Dictionary<string, Tensor> start, string[] moving, OracleRows support)
    {
        var (loss, embedding) = Losses(adapted, support);
        var total = loss.add(embedding.square().sum(1, keepdim: true).mul(loop.MetaEmbeddingL2 / 2)).mul(StepWeights(support)).sum();
        foreach (var name in moving)
        {
            total = total.add(adapted[name].sub(start[name]).square().sum().mul(loop.Proximal / 2));
        }

        return total;
    }

    /// <summary>α, or α ÷ (1 + α L), one sample's gradient after another.</summary>
    private Tensor StepLength(Dictionary<string, Tensor> start, string[] moving, OracleRows support)
    {
        var alpha = tensor(loop.StepSize, ScalarType.Float64);
        if (loop.StepRule is StepRule.Constant)
        {
            return alpha;
        }

        var output = $"meta.member.layers.{spec.MetaBlocks[0].Layers.Count}";
        var (logits, embedding) = Logits(start, support);
        var weights = StepWeights(support);
        var bound = tensor(loop.Proximal, ScalarType.Float64);
        for (var sample = 0; sample < support.Labels.shape[0]; sample++)
        {
            var loss = Squared(logits[sample, 0], [.. moving.Select(name => start[name])]).mul(0.25);
            var pull = Squared(embedding[sample, 0], [start[$"{output}.weight"], start[$"{output}.bias"]]).mul(loop.MetaEmbeddingL2);
            bound = bound.add(loss.add(pull).mul(weights[sample, 0]));
        }

        return alpha.div(bound.mul(alpha).add(1));
    }

    private Tensor Squared(Tensor value, Tensor[] parameters) =>
        autograd.grad([value], parameters, retain_graph: true, create_graph: loop.SecondOrder)
            .Select(gradient => gradient.square().sum()).Aggregate((sum, next) => sum.add(next));

    private Tensor StepWeights(OracleRows support) =>
        loop.Reduction is LossReduction.Sum ? support.Weights : support.Weights.div(support.Weights.sum());

    private (Tensor Loss, Tensor Embedding) Losses(IReadOnlyDictionary<string, Tensor> weights, OracleRows rows)
    {
        var (logits, embedding) = Logits(weights, rows);
        return (nn.functional.binary_cross_entropy_with_logits(logits, rows.Labels, reduction: nn.Reduction.None), embedding);
    }

    private (Tensor Logits, Tensor Embedding) Logits(IReadOnlyDictionary<string, Tensor> weights, OracleRows rows)
    {
        Tensor By(Tensor x, string layer) => x.matmul(weights[$"{layer}.weight"]);
        var embedding = Layers(weights, "meta.member", By(rows.Meta, "meta.member.layers.0").add(weights["meta.member.layers.0.bias"]), spec.MetaBlocks[0].Layers.Count);
        var plain = By(rows.Global, "global.layers.0").add(weights["global.layers.0.bias"]);
        var first = spec.Global.Interaction switch
        {
            Interaction.Concatenation => plain.add(By(embedding, "global.embedding.member")),
            Interaction.Film => plain.mul(By(embedding, "global.film.member.scale").add(1)).add(By(embedding, "global.film.member.shift")),
            _ => plain,
        };
        Tensor?[] shares =
        [
            Layers(weights, "global", first, spec.Global.Layers.Count),
            spec.Global.ItemFeatures.Count > 0 ? Met(weights, By(rows.Global, "global.item.member.projection"), embedding) : null,
            spec.Global.CrossLayers > 0 ? Crossed(weights, rows, embedding) : null,
            spec.Global.Wide ? By(rows.Global, "global.wide.projection") : null,
        ];
        return (shares.OfType<Tensor>().Aggregate((sum, share) => sum.add(share)), embedding);
    }

    private Tensor Met(IReadOnlyDictionary<string, Tensor> weights, Tensor item, Tensor embedding)
    {
        static Tensor Products(Tensor a, Tensor b) => a.mul(b).sum(1, keepdim: true);
        var last = embedding.shape[1] - 1;
        return spec.Global.Interaction switch
        {
            Interaction.DotProduct => Products(embedding.narrow(1, 0, last), item.narrow(1, 0, last)).add(embedding.narrow(1, last, 1)).add(item.narrow(1, last, 1)),
            Interaction.LowRank => Products(embedding.matmul(weights["global.item.member.factors.weight"]), item).add(embedding.matmul(weights["global.item.member.offset.weight"])),
            _ => Products(embedding, item).add(embedding.matmul(weights["global.item.member.offset.weight"])),
        };
    }

    private Tensor Crossed(IReadOnlyDictionary<string, Tensor> weights, OracleRows rows, Tensor embedding)
    {
        var start = spec.Global.Interaction is Interaction.Concatenation ? cat([rows.Global, embedding], 1) : rows.Global;
        var crossed = start;
        for (var layer = 0; layer < spec.Global.CrossLayers; layer++)
        {
            crossed = crossed.add(start.mul(crossed.matmul(weights[$"global.cross.layers.{layer}.weight"]).add(weights[$"global.cross.layers.{layer}.bias"])));
        }

        return crossed.matmul(weights["global.cross.output.weight"]);
    }

    private static Tensor Layers(IReadOnlyDictionary<string, Tensor> weights, string prefix, Tensor first, int hidden)
    {
        var values = first;
        for (var index = 1; index <= hidden; index++)
        {
            values = values.tanh().matmul(weights[$"{prefix}.layers.{index}.weight"]).add(weights[$"{prefix}.layers.{index}.bias"]);
        }

        return values;
    }
}
