using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// Valid events in the form in which a <see cref="WindowStore"/> keeps them, in order of arrival; an
/// <see cref="EventEncoder"/> makes them. For one thread at a time.
/// </summary>
public sealed class EncodedEvents
{
    private readonly ByteWriter bytes = new();
    private readonly List<(long Time, int End)> events = [];
    private readonly List<EventLayout> layouts = [];

    /// <summary>How many.</summary>
    public int Count => events.Count;

    /// <summary>The layouts that samples are written by.</summary>
    internal IReadOnlyList<EventLayout> Layouts => layouts;

    /// <summary>The tasks that an event belongs to, of the definitions that windows are kept of: one of each that it has the key columns of.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    public IReadOnlyList<TaskRef> TasksOf(int index)
    {
        var written = bytes.Written[At(index).Bytes];
        if (written.IsEmpty)
        {
            return [];
        }

        var reader = new ByteReader(written);
        var tasks = new TaskRef[reader.Byte()];
        for (var task = 0; task < tasks.Length; task++)
        {
            var text = reader.Text();
            var end = text.IndexOf('\0', StringComparison.Ordinal);
            tasks[task] = new TaskRef(text[..end], text[(end + 1)..]);
        }

        return tasks;
    }

    /// <summary>Takes up all events of <paramref name="others"/>.</summary>
    public void Add(EncodedEvents others)
    {
        var start = bytes.Length;
        bytes.Bytes(others.bytes.Written);
        foreach (var (time, end) in others.events)
        {
            events.Add((time, start + end));
        }

        others.layouts.ForEach(AddLayout);
    }

    /// <summary>Forgets all events; the memory is used again.</summary>
    public void Clear()
    {
        bytes.Clear();
        events.Clear();
        layouts.Clear();
    }

    /// <summary>Where the next event is written, as the journal has them.</summary>
    internal ByteWriter Begin() => bytes;

    /// <summary>What was written is an event of this time.</summary>
    internal void End(long time, EventLayout layout)
    {
        events.Add((time, bytes.Length));
        AddLayout(layout);
    }

    /// <summary>What was written since the last event is none.</summary>
    internal void Drop() => bytes.Truncate(events.Count == 0 ? 0 : events[^1].End);

    /// <summary>Microseconds since 1970 UTC, and the bytes, which are none where the event belongs to no task that is kept.</summary>
    internal (long Time, Range Bytes) At(int index) => (events[index].Time, (index == 0 ? 0 : events[index - 1].End)..events[index].End);

    /// <summary>The bytes of all.</summary>
    internal ReadOnlySpan<byte> Bytes => bytes.Written;

    private void AddLayout(EventLayout layout)
    {
        if (!layouts.Exists(known => known.Number == layout.Number))
        {
            layouts.Add(layout);
        }
    }
}
