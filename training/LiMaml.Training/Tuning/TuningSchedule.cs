namespace LiMaml.Training.Tuning;

/// <summary>A stage of successive halving.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Epochs">Each trial is trained up to this epoch; in the last rung, to its end.</param>
/// <param name="Trials">Trials in the rung.</param>
public sealed record TuningRung(int Index, int Epochs, int Trials);

/// <summary>
/// Successive halving (Jamieson and Talwalkar, 2016): all trials get a few epochs, the better third three times as many, and
/// so on; the last rung has at least as many trials as there are finalists.
/// </summary>
internal static class TuningSchedule
{
    private const int Reduction = 3;

    /// <summary>The rungs for so many trials and epochs, the last one with all epochs.</summary>
    public static IReadOnlyList<TuningRung> Rungs(int trials, int epochs, int finalists)
    {
        var counts = new List<int> { trials };
        while (counts[^1] > finalists && Budget(epochs, counts.Count) < Budget(epochs, counts.Count - 1))
        {
            counts.Add(Math.Max(finalists, (counts[^1] + Reduction - 1) / Reduction));
        }

        return [.. counts.Select((count, index) => new TuningRung(index, Budget(epochs, counts.Count - 1 - index), count))];
    }

    /// <summary>Epochs of a rung by how many come after it.</summary>
    private static int Budget(int epochs, int after) => (int)Math.Max(1, Math.Ceiling(epochs / Math.Pow(Reduction, after)));
}
