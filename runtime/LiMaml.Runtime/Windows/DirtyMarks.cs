using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>The marks of tasks that changed: kept by the store, so that none is forgotten; taken in turns. Not thread-safe.</summary>
internal sealed class DirtyMarks(Database database)
{
    private readonly HashSet<TaskRef> taken = [];
    private byte[] next = [StoreKeys.Dirty];

    /// <summary>At most <paramref name="limit"/> marked tasks that are not taken, going on where the last call stopped.</summary>
    public List<(TaskRef Task, byte[] Mark)> Take(int limit) => database.Use(rocks =>
    {
        var found = new List<(TaskRef, byte[])>();
        using var marks = rocks.NewIterator();
        marks.Seek(next);
        for (var wrapped = false; found.Count < limit; marks.Next())
        {
            if (!IsMark(marks))
            {
                if (wrapped || next.Length == 1)
                {
                    break;
                }

                wrapped = true;
                marks.Seek([StoreKeys.Dirty]);
                if (!IsMark(marks))
                {
                    break;
                }
            }

            if (wrapped && marks.GetKeySpan().SequenceCompareTo(next) >= 0)
            {
                break;
            }

            var task = StoreKeys.Ref(StoreKeys.TaskOfDirty(marks.GetKeySpan()));
            if (taken.Add(task))
            {
                found.Add((task, marks.Value()));
            }
        }

        next = IsMark(marks) ? marks.Key() : [StoreKeys.Dirty];
        return found;
    });

    /// <summary>Takes away marks that are still the ones taken.</summary>
    public void Complete(IReadOnlyList<(TaskRef Task, byte[] Mark)> batch)
    {
        using var deletions = new WriteBatch();
        database.Use(rocks =>
        {
            foreach (var (task, mark) in batch)
            {
                byte[] key = [StoreKeys.Dirty, .. StoreKeys.Task(task.Task, task.Key)];
                if (rocks.Get(key) is { } now && now.AsSpan().SequenceEqual(mark))
                {
                    deletions.Delete(key);
                }
            }

            return true;
        });
        database.Write(deletions);
    }

    /// <summary>Lets tasks be taken again.</summary>
    public void GiveBack(IReadOnlyList<(TaskRef Task, byte[] Mark)> batch)
    {
        foreach (var (task, _) in batch)
        {
            taken.Remove(task);
        }
    }

    private static bool IsMark(Iterator marks) => marks.Valid() && marks.GetKeySpan()[0] == StoreKeys.Dirty;
}
