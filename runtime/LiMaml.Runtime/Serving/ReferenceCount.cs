namespace LiMaml.Runtime.Serving;

/// <summary>Counts who still uses something, its owner included, and ends it after the last. Thread-safe.</summary>
/// <param name="end">Called once, by whoever lets go last.</param>
internal sealed class ReferenceCount(Action end)
{
    private int count = 1;

    /// <summary>One more user; false where the last one has gone already.</summary>
    public bool TryAdd()
    {
        var seen = Volatile.Read(ref count);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref count, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>One user fewer.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref count) == 0)
        {
            end();
        }
    }
}
