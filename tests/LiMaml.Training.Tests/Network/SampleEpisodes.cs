using LiMaml.Models.Network;
using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Network;

/// <summary>Random episodes for a <see cref="SampleNetwork"/>, in double precision. Padded rows hold values like any other, but no weight.</summary>
internal static class SampleEpisodes
{
    /// <param name="spec">The model that reads them.</param>
    /// <param name="support">Support samples of each task.</param>
    /// <param name="query">Query samples of each task.</param>
    /// <param name="seed">Of the values.</param>
    /// <param name="padding">Rows added to the longest support.</param>
    public static EpisodeBatch Random(ModelSpec spec, int[] support, int[] query, int seed = 1, int padding = 0)
    {
        var random = new Random(seed);
        var meta = Parameters.Layout(spec.MetaBlocks[0].Features, SampleNetwork.Schema);
        var global = Parameters.Layout(spec.Global.Features, SampleNetwork.Schema);
        var samples = Parameters.Layout(spec.SupportFeatures(spec.MetaBlocks[0]), SampleNetwork.Schema);
        var supportLength = Math.Max(1, support.Max() + padding);
        return new EpisodeBatch(
            Rows(random, meta, samples, spec.Label, support, supportLength) with { Times = Times(new Random(seed), support, supportLength) },
            Inputs(random, meta, [support.Length]),
            Rows(random, meta, global, spec.Label, query, query.Max()),
            supportLength,
            spec.MetaBlocks[0].Task);
    }

    /// <summary>The episode of one task alone, without padding but for a row of weight 0 where it has no support.</summary>
    public static EpisodeBatch Task(EpisodeBatch batch, int task)
    {
        var support = Cut(batch.Support, task);
        return new EpisodeBatch(support, batch.Latest.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, task, 1)), Cut(batch.Query, task), (int)support.Labels.shape[1], batch.Task);
    }

    /// <summary>Every row as a task of its own: [tasks × rows, 1, width].</summary>
    public static PaddedRows Flat(PaddedRows rows)
    {
        static Tensor Flatten(Tensor values) => values.reshape(-1, 1, values.shape[^1]);
        return new PaddedRows(
            rows.Meta.ToDictionary(entry => entry.Key, entry => Flatten(entry.Value)),
            rows.Global.ToDictionary(entry => entry.Key, entry => Flatten(entry.Value)),
            Flatten(rows.Labels),
            Flatten(rows.Weights));
    }

    private static PaddedRows Cut(PaddedRows rows, int task)
    {
        var length = Math.Max(1, (rows.Weights[task] > 0).sum().item<long>());
        Tensor Part(Tensor values) => values.narrow(0, task, 1).narrow(1, 0, length);
        return new PaddedRows(
            rows.Meta.ToDictionary(entry => entry.Key, entry => Part(entry.Value)),
            rows.Global.ToDictionary(entry => entry.Key, entry => Part(entry.Value)),
            Part(rows.Labels),
            Part(rows.Weights))
        {
            Times = rows.Times is null ? null : new SupportTimes<Tensor>(Part(rows.Times.Positions), Part(rows.Times.Elapsed)),
        };
    }

    private static SupportTimes<Tensor> Times(Random random, int[] lengths, int length)
    {
        var positions = new double[lengths.Length * length];
        var elapsed = new double[lengths.Length * length];
        for (var task = 0; task < lengths.Length; task++)
        {
            for (var row = 0; row < lengths[task]; row++)
            {
                positions[(task * length) + row] = row + 1;
                elapsed[(task * length) + row] = row == 0 ? 0 : 5 * random.NextDouble();
            }
        }

        return new SupportTimes<Tensor>(tensor(positions, [lengths.Length, length, 1]), tensor(elapsed, [lengths.Length, length, 1]));
    }

    private static Tensor Labels(Tensor numbers, LabelKind label) => label switch
    {
        LabelKind.Binary => numbers.gt(0).to_type(ScalarType.Float64),
        LabelKind.Graded => numbers.sigmoid(),
        _ => numbers,
    };

    private static PaddedRows Rows(Random random, FeatureLayout meta, FeatureLayout global, LabelKind label, int[] lengths, int length)
    {
        long[] shape = [lengths.Length, length];
        var weights = new double[lengths.Length * length];
        for (var task = 0; task < lengths.Length; task++)
        {
            for (var row = 0; row < lengths[task]; row++)
            {
                weights[(task * length) + row] = 0.5 + random.NextDouble();
            }
        }

        var numbers = Numbers(random, [.. shape, 1]);
        return new PaddedRows(Inputs(random, meta, shape), Inputs(random, global, shape), Labels(numbers, label), tensor(weights, [.. shape, 1]));
    }

    private static Dictionary<string, Tensor> Inputs(Random random, FeatureLayout layout, long[] axes) =>
        layout.Inputs.ToDictionary(input => input.Name, input => input.Kind is ElementKind.Int64
            ? cat([.. Enumerable.Range(0, input.Width).Select(column => Indices(random, input.Features[input.Features.Count == 1 ? 0 : column], axes))], -1)
            : cat([.. Enumerable.Range(0, input.Width).Select(column => Dense(random, input, column, axes))], -1));

    private static Tensor Dense(Random random, BlockInput input, int column, long[] axes)
    {
        var values = Numbers(random, [.. axes, 1]);
        return input.Features.Count > column && input.Features[column] == "visits" ? values.abs() : values;
    }

    private static Tensor Indices(Random random, string feature, long[] axes)
    {
        var size = SampleNetwork.Schema.Feature(feature) switch
        {
            CategoricalFeature categorical => categorical.Size,
            MultiValuedFeature multiValued => multiValued.Size,
            _ => throw new ArgumentException(feature),
        };
        return tensor(Enumerable.Range(0, (int)axes.Aggregate(1L, (product, axis) => product * axis)).Select(_ => (long)random.Next(size)).ToArray(), [.. axes, 1]);
    }

    /// <summary>Numbers drawn from a generator of their own: what draws from the process's disturbs the dropout of tests that train.</summary>
    public static Tensor Numbers(Random random, long[] shape) =>
        tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (product, axis) => product * axis)).Select(_ => (random.NextDouble() * 4) - 2).ToArray(), shape);
}
