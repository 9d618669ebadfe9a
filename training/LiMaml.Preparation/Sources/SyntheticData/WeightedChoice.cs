namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>Draws indices in proportion to weights, which may be 0 but not all of them.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] cumulative;

    public WeightedChoice(int count, Func<int, double> weight)
    {
        cumulative = new double[count];
        var total = 0.0;
        for (var index = 0; index < count; index++)
        {
            cumulative[index] = total += weight(index);
        }
    }

    /// <summary>Whether anything can be drawn.</summary>
    public bool IsEmpty => cumulative.Length == 0 || cumulative[^1] <= 0;

    public int Next(SeededRandom random)
    {
        var place = random.NextDouble() * cumulative[^1];
        var index = Array.BinarySearch(cumulative, place);

        // An exact hit belongs to the next interval that is not empty.
        index = index < 0 ? ~index : index + 1;
        while (index < cumulative.Length - 1 && cumulative[index] <= place)
        {
            index++;
        }

        return Math.Min(index, cumulative.Length - 1);
    }
}
