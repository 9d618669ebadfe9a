namespace LiMaml.Preparation.Sources.SyntheticData;

/// <summary>
/// The process that makes notifications, in order of time. Label ~ Bernoulli(σ(bias + quality of the item + taste of the member · item +
/// affinity of the member to the type + context)).
/// </summary>
internal sealed class World
{
    /// <summary>Names of the devices.</summary>
    public static readonly string[] Devices = ["phone", "desktop", "tablet"];

    private const double Bias = -0.9;
    private const double TasteStrength = 1.4; // standard deviation of the personal part of the logit
    private const long MicrosPerDay = 86_400_000_000;
    private static readonly double[] DayShape = [.. Enumerable.Range(0, 97).Select(quarter => InvertDay(quarter / 96.0))];

    private readonly SyntheticOptions options;
    private readonly SeededRandom random;
    private readonly float[] typeEffects;
    private readonly float[] deviceEffects;

    public World(SyntheticOptions options)
    {
        this.options = options;
        random = new SeededRandom(unchecked((ulong)options.Seed * 0x2545F4914F6CDD1D));
        Items = new Items(options, random);
        Members = new Members(options, random);
        typeEffects = random.NextGaussians(options.TypeCount);
        deviceEffects = random.NextGaussians(Devices.Length);
    }

    public Items Items { get; }

    public Members Members { get; }

    public IEnumerable<Notification> Notifications()
    {
        var start = (options.Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        for (var day = 0; day < options.DayCount; day++)
        {
            var count = (options.RowCount * (day + 1) / options.DayCount) - (options.RowCount * day / options.DayCount);
            var (members, items) = (Members.ActiveOn(day), Items.AliveOn(day));
            for (var place = 0L; !members.IsEmpty && place < count; place++)
            {
                var time = TimeOfDay((place + random.NextDouble()) / count);
                yield return Send(start + (day * MicrosPerDay) + (long)(time * MicrosPerDay), day, members.Next(random), items.Next(random));
            }

            Members.Drift();
        }
    }

    // From evenly spread moments to a day with a quiet night: the density is 1 − 0.8 cos(2π t), inverted at the day's quarters of an hour.
    private static double TimeOfDay(double even)
    {
        var place = even * (DayShape.Length - 1);
        var before = (int)place;
        return DayShape[before] + ((place - before) * (DayShape[before + 1] - DayShape[before]));
    }

    private static double InvertDay(double even)
    {
        var (low, high) = (0.0, 1.0);
        for (var step = 0; step < 50; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = middle - (0.8 / (2 * Math.PI) * Math.Sin(2 * Math.PI * middle)) < even ? (middle, high) : (low, middle);
        }

        return low;
    }

    private Notification Send(long timestamp, int day, int member, int item)
    {
        var type = (int)(options.TypeCount * Math.Pow(random.NextDouble(), 1.5));
        var device = random.NextDouble() switch { < 0.6 => 0, < 0.9 => 1, _ => 2 };
        var hour = (int)(timestamp / 3_600_000_000 % 24);
        var taste = Members.Taste(member);
        var vector = Items.Vectors[item];
        var match = 0.0;
        for (var axis = 0; axis < taste.Length; axis++)
        {
            match += taste[axis] * vector[axis];
        }

        var logit = Bias + Items.Qualities[item] + Members.Biases[member] + (TasteStrength * match / Math.Sqrt(taste.Length))
            + Members.TypeAffinities[(member * options.TypeCount) + type] + (0.4 * typeEffects[type]) + (0.2 * deviceEffects[device])
            + (0.3 * Math.Sin(2 * Math.PI * (hour - 9) / 24));
        var probability = 1 / (1 + Math.Exp(-logit));
        return new Notification(timestamp, member, item, type, device, hour, day - Members.JoinDays[member], probability, random.NextDouble() < probability);
    }
}
