using System.Runtime.InteropServices;

namespace LiMaml.Runtime.Windows;

/// <summary>How many samples a rule dropped, and why.</summary>
internal readonly record struct DroppedSamples(long Duplicate, long Displaced, long Expired)
{
    public static DroppedSamples operator +(DroppedSamples a, DroppedSamples b) => new(a.Duplicate + b.Duplicate, a.Displaced + b.Displaced, a.Expired + b.Expired);

    public static DroppedSamples operator -(DroppedSamples a, DroppedSamples b) => new(a.Duplicate - b.Duplicate, a.Displaced - b.Displaced, a.Expired - b.Expired);
}

/// <summary>
/// Which of a task's samples are its window: those younger than a limit; of each id the largest; the newest of these, up
/// to a capacity. What is dropped can never come back, since of an id only a larger sample replaces another: so the rule
/// may be applied to any part of the samples first, as often as one likes, and the window stays the same.
/// </summary>
/// <param name="Capacity">Most samples.</param>
/// <param name="Limit">Samples of this event time or before are expired, microseconds since 1970 UTC.</param>
internal readonly record struct WindowRule(int Capacity, long Limit)
{
    private const int FewSamples = 16;

    /// <summary>Leaves the window in <paramref name="samples"/>, oldest first.</summary>
    public DroppedSamples Apply(List<StoredSample> samples)
    {
        samples.Sort();
        var all = CollectionsMarshal.AsSpan(samples);
        var write = all.Length;
        var ids = all.Length > FewSamples ? new HashSet<StoredSample>(Math.Min(all.Length, Capacity), StoredSample.IdComparer.Instance) : null;
        var dropped = default(DroppedSamples);
        for (var read = all.Length - 1; read >= 0; read--)
        {
            var sample = all[read];
            if (sample.Time <= Limit)
            {
                dropped += new DroppedSamples(0, 0, read + 1);
                break;
            }

            if (ids is null ? Contains(all[write..], sample) : ids.Contains(sample))
            {
                dropped += new DroppedSamples(1, 0, 0);
            }
            else if (all.Length - write == Capacity)
            {
                dropped += new DroppedSamples(0, 1, 0);
            }
            else
            {
                ids?.Add(sample);
                all[--write] = sample;
            }
        }

        samples.RemoveRange(0, write);
        return dropped;
    }

    private static bool Contains(ReadOnlySpan<StoredSample> kept, StoredSample sample)
    {
        foreach (var other in kept)
        {
            if (other.Id.SequenceEqual(sample.Id))
            {
                return true;
            }
        }

        return false;
    }
}
