namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>
/// Who gets notifications. Tastes are hidden and drift by a random walk, a step a day; activity follows a power law; some members pause
/// for weeks, some of those for good; some join late.
/// </summary>
internal sealed class Members
{
    /// <summary>Size of the hidden vectors of tastes and items.</summary>
    public const int TasteSize = 8;

    /// <summary>Numbers in a member's profile that hint at the taste.</summary>
    public const int InterestCount = 4;

    private const double LongTermWeight = 0.98; // a day's step forgets 2 % and adds noise, so that a taste's variance stays 1

    private readonly SeededRandom drift;
    private readonly float[] tastes;
    private readonly double[] activity;
    private readonly int[] pauseFrom;
    private readonly int[] pauseUntil;

    public Members(SyntheticOptions options, SeededRandom random)
    {
        drift = new SeededRandom(random.NextBits());
        Count = options.MemberCount;
        tastes = new float[Count * TasteSize];
        activity = new double[Count];
        pauseFrom = new int[Count];
        pauseUntil = new int[Count];
        JoinDays = new int[Count];
        Countries = new int[Count];
        Biases = new float[Count];
        Interests = new float[Count * InterestCount];
        TypeAffinities = new float[Count * options.TypeCount];
        var countryTastes = Enumerable.Range(0, options.CountryCount).Select(_ => random.NextGaussians(TasteSize)).ToArray();
        var projections = Enumerable.Range(0, InterestCount).Select(_ => random.NextGaussians(TasteSize)).ToArray();
        for (var member = 0; member < Count; member++)
        {
            Countries[member] = (int)(options.CountryCount * Math.Pow(random.NextDouble(), 2));
            Biases[member] = (float)(0.6 * random.NextGaussian());
            DrawTaste(member, countryTastes[Countries[member]], random);
            DrawInterests(member, projections, random);
            for (var type = 0; type < options.TypeCount; type++)
            {
                TypeAffinities[(member * options.TypeCount) + type] = (float)(0.5 * random.NextGaussian());
            }

            DrawActivity(member, options.DayCount, random);
        }
    }

    public int Count { get; }

    /// <summary>Days since the first day; negative for those who were there before.</summary>
    public int[] JoinDays { get; }

    public int[] Countries { get; }

    /// <summary>Hidden.</summary>
    public float[] Biases { get; }

    /// <summary>Profile: noisy projections of the taste on the first day, <see cref="InterestCount"/> a member.</summary>
    public float[] Interests { get; }

    /// <summary>Hidden, one for each type of notification.</summary>
    public float[] TypeAffinities { get; }

    /// <summary>Hidden.</summary>
    public ReadOnlySpan<float> Taste(int member) => tastes.AsSpan(member * TasteSize, TasteSize);

    /// <summary>Who gets notifications on a day, in proportion to activity.</summary>
    public WeightedChoice ActiveOn(int day) =>
        new(Count, member => day < JoinDays[member] || (day >= pauseFrom[member] && day < pauseUntil[member]) ? 0 : activity[member]);

    /// <summary>Moves every taste by a day.</summary>
    public void Drift()
    {
        var noise = Math.Sqrt(1 - (LongTermWeight * LongTermWeight));
        for (var index = 0; index < tastes.Length; index++)
        {
            tastes[index] = (float)((LongTermWeight * tastes[index]) + (noise * drift.NextGaussian()));
        }
    }

    private void DrawTaste(int member, float[] country, SeededRandom random)
    {
        const double Shared = 0.3;
        for (var axis = 0; axis < TasteSize; axis++)
        {
            tastes[(member * TasteSize) + axis] = (float)((Shared * country[axis]) + (Math.Sqrt(1 - (Shared * Shared)) * random.NextGaussian()));
        }
    }

    private void DrawInterests(int member, float[][] projections, SeededRandom random)
    {
        for (var interest = 0; interest < InterestCount; interest++)
        {
            var signal = 0.0;
            for (var axis = 0; axis < TasteSize; axis++)
            {
                signal += projections[interest][axis] * tastes[(member * TasteSize) + axis];
            }

            Interests[(member * InterestCount) + interest] = (float)((signal / Math.Sqrt(TasteSize)) + (1.5 * random.NextGaussian()));
        }
    }

    private void DrawActivity(int member, int dayCount, SeededRandom random)
    {
        // A Pareto law of exponent 1.5, cut at 100 times the least active.
        activity[member] = Math.Min(100, Math.Pow(1 - random.NextDouble(), -1 / 1.5));
        JoinDays[member] = random.NextDouble() < 0.2 ? random.NextInt(dayCount) : -1 - (int)(-400 * Math.Log(1 - random.NextDouble()));
        var pauses = random.NextDouble() < 0.15;
        pauseFrom[member] = pauses ? random.NextInt(dayCount) : int.MaxValue;
        pauseUntil[member] = random.NextDouble() < 0.5 ? int.MaxValue : pauseFrom[member] + (pauses ? 14 + random.NextInt(15) : 0);
    }
}
