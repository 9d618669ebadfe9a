using LiMaml.Models.Datasets;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

/// <summary>What windows are, said as plainly as possible: all events are kept, and everything is computed from them.</summary>
internal sealed class WindowOracle(WindowOptions options)
{
    private readonly List<InteractionEvent> accepted = [];

    public long? Watermark { get; private set; }

    public long Late { get; private set; }

    public void Apply(IEnumerable<InteractionEvent> events)
    {
        foreach (var interaction in events)
        {
            Watermark = Math.Max(Watermark ?? 0, interaction.EventTime);
            if (interaction.EventTime <= Watermark - Micros(options.Lateness ?? options.MaxAge))
            {
                Late++;
            }
            else
            {
                accepted.Add(interaction);
            }
        }
    }

    public IEnumerable<Window> Windows()
    {
        foreach (var task in SampleEvents.Schema.Dataset.Tasks.Where(task => options.Tasks?.Contains(task.Name) ?? true).OrderBy(task => task.Name, StringComparer.Ordinal))
        {
            foreach (var group in accepted.GroupBy(interaction => SampleEvents.Schema.KeyOf(interaction, task.Name)).Where(group => group.Key is not null).OrderBy(group => group.Key!, TaskKey.Comparer))
            {
                var samples = group.Select(Stored)
                    .Where(sample => sample.Event.EventTime > Watermark - Micros(options.MaxAge))
                    .GroupBy(sample => sample.Event.EventId)
                    .Select(same => same.OrderBy(sample => sample.Event.EventTime).ThenBy(sample => sample.Content, StringComparer.Ordinal).Last().Event)
                    .OrderBy(sample => sample.EventTime).ThenBy(sample => sample.EventId!, TaskKey.Comparer)
                    .TakeLast(options.Capacity).ToList();
                if (samples.Count > 0)
                {
                    yield return new Window(task.Name, group.Key!, samples);
                }
            }
        }
    }

    public byte[] Export()
    {
        using var stream = new MemoryStream();
        WindowExport.Write(Windows(), stream);
        return stream.ToArray();
    }

    private static (InteractionEvent Event, string Content) Stored(InteractionEvent interaction)
    {
        var bytes = new ByteWriter();
        SampleCodec.Write(interaction, SampleEvents.Schema.Layout, bytes);
        var sample = StoredSample.At(bytes.Array, 0, bytes.Length);
        return (SampleCodec.Read(sample, SampleEvents.Schema.Layout), Convert.ToHexString(sample.Content));
    }

    private static long Micros(TimeSpan time) => time.Ticks / 10;
}
