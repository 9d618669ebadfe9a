namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>What notifications are about. An item is of one topic, lives for some days, and its vector lies near its topic's.</summary>
internal sealed class Items
{
    private const double TopicShare = 0.9; // of an item's vector, by standard deviation, comes from its topic

    private readonly int[] firstDays;
    private readonly int[] lastDays;
    private readonly double[] popularity;

    public Items(SyntheticOptions options, SeededRandom random)
    {
        Count = options.ItemCount;
        Topics = new int[Count];
        Qualities = new float[Count];
        QualityProxies = new float[Count];
        Vectors = new float[Count][];
        firstDays = new int[Count];
        lastDays = new int[Count];
        popularity = new double[Count];
        var topics = Enumerable.Range(0, options.TopicCount).Select(_ => random.NextGaussians(Members.TasteSize)).ToArray();
        for (var item = 0; item < Count; item++)
        {
            Topics[item] = random.NextInt(options.TopicCount);
            Qualities[item] = (float)(0.5 * random.NextGaussian());
            QualityProxies[item] = (float)(Qualities[item] + (0.5 * random.NextGaussian()));
            var own = random.NextGaussians(Members.TasteSize);
            Vectors[item] = [.. topics[Topics[item]].Zip(own, (topic, noise) => (float)((TopicShare * topic) + (Math.Sqrt(1 - (TopicShare * TopicShare)) * noise)))];
            popularity[item] = 1 / Math.Pow(1 + random.NextInt(Count), 0.8);

            // Some are there from the start; the others appear day by day.
            firstDays[item] = Math.Max(0, random.NextInt(options.DayCount + 30) - 30);
            lastDays[item] = firstDays[item] + 7 + random.NextInt(60);
        }
    }

    public int Count { get; }

    public int[] Topics { get; }

    /// <summary>Hidden.</summary>
    public float[] Qualities { get; }

    /// <summary>What can be measured of the quality.</summary>
    public float[] QualityProxies { get; }

    /// <summary>Hidden: <see cref="Members.TasteSize"/> numbers each.</summary>
    public float[][] Vectors { get; }

    /// <summary>What is sent on a day; any item where none is alive.</summary>
    public WeightedChoice AliveOn(int day)
    {
        var alive = new WeightedChoice(Count, item => day >= firstDays[item] && day <= lastDays[item] ? popularity[item] : 0);
        return alive.IsEmpty ? new WeightedChoice(Count, item => popularity[item]) : alive;
    }
}
