using System.Runtime.InteropServices;

namespace LiMaml.Runtime.Windows;

/// <summary>A journal's entries by task, the tasks in the order of their bytes: in that order the store takes them fastest.</summary>
internal sealed class TaskGroups
{
    private readonly List<TaskGroup> tasks = [];
    private ulong[] hashes = [];
    private int[] places = [];
    private Journal journal = new();

    /// <summary>Each task once.</summary>
    public IReadOnlyList<TaskGroup> Tasks => tasks;

    /// <summary>Groups the entries of <paramref name="journal"/>; valid until it changes.</summary>
    public void Group(Journal journal)
    {
        this.journal = journal;
        tasks.Clear();
        SortByHash();
        var count = journal.Entries.Count;
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && hashes[end] == hashes[start])
            {
                end++;
            }

            AddRun(start, end);
            start = end;
        }

        tasks.Sort((x, y) => TaskOf(x).SequenceCompareTo(TaskOf(y)));
    }

    /// <summary>The task's bytes.</summary>
    public ReadOnlySpan<byte> TaskOf(TaskGroup group) => TaskAt(group.Start);

    /// <summary>The task's hash.</summary>
    public ulong HashOf(TaskGroup group) => hashes[group.Start];

    /// <summary>Puts the task's samples into <paramref name="samples"/>.</summary>
    public void Read(TaskGroup group, List<StoredSample> samples)
    {
        samples.Clear();
        for (var place = group.Start; place < group.End; place++)
        {
            var entry = journal.Entries[places[place]];
            samples.Add(StoredSample.At(journal.Buffer, entry.SampleStart, entry.SampleLength));
        }
    }

    private ReadOnlySpan<byte> TaskAt(int place) => journal.Entries[places[place]].Task(journal.Buffer);

    private void SortByHash()
    {
        var entries = CollectionsMarshal.AsSpan(journal.Entries);
        if (hashes.Length < entries.Length)
        {
            (hashes, places) = (new ulong[entries.Length], new int[entries.Length]);
        }

        for (var place = 0; place < entries.Length; place++)
        {
            (hashes[place], places[place]) = (entries[place].Hash, place);
        }

        Array.Sort(hashes, places, 0, entries.Length);
    }

    /// <summary>Adds the tasks of equal hashes, nearly always one.</summary>
    private void AddRun(int start, int end)
    {
        for (var place = start + 1; place < end; place++)
        {
            if (!TaskAt(place).SequenceEqual(TaskAt(start)))
            {
                Array.Sort(places, start, end - start, Comparer<int>.Create((x, y) => journal.Entries[x].Task(journal.Buffer).SequenceCompareTo(journal.Entries[y].Task(journal.Buffer))));
                break;
            }
        }

        for (var place = start + 1; place < end; place++)
        {
            if (!TaskAt(place).SequenceEqual(TaskAt(start)))
            {
                tasks.Add(new TaskGroup(start, place));
                start = place;
            }
        }

        tasks.Add(new TaskGroup(start, end));
    }
}

/// <summary>A task's entries among the sorted ones: from <paramref name="Start"/> to before <paramref name="End"/>.</summary>
internal readonly record struct TaskGroup(int Start, int End);
