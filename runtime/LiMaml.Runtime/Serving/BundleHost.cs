namespace LiMaml.Runtime.Serving;

/// <summary>
/// Holds the bundle that requests are scored with. It is replaced in one step: requests that began before go on with the one
/// they have, the others take the next. Thread-safe.
/// </summary>
/// <remarks>
/// A store keeps the generation before the current one, and no more. So whoever publishes generations flips the store, swaps
/// here, and waits for <see cref="ServingBundle.Ended"/> of what was served before, ahead of flipping the store again.
/// </remarks>
public sealed class BundleHost : IDisposable
{
    private readonly Lock swapping = new();
    private ServingBundle? current;
    private bool disposed;

    /// <summary>The bundle that the next request gets; null before the first. It may end at any time: to use it, <see cref="Acquire"/>.</summary>
    public ServingBundle? Current => Volatile.Read(ref current);

    /// <summary>Serves <paramref name="next"/> from now on; it becomes the host's, which disposes it in its turn.</summary>
    /// <returns>What was served before, let go of; its <see cref="ServingBundle.Ended"/> tells when the last request is through. Null for none.</returns>
    /// <exception cref="ObjectDisposedException">The host is disposed.</exception>
    public ServingBundle? Swap(ServingBundle next)
    {
        ServingBundle? before;
        lock (swapping)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            before = Interlocked.Exchange(ref current, next);
        }

        before?.Dispose();
        return before;
    }

    /// <summary>The current bundle, kept for the caller until it disposes the lease.</summary>
    /// <exception cref="ScoringUnavailableException">There is none.</exception>
    public BundleLease Acquire()
    {
        while (Current is { } bundle)
        {
            if (bundle.Users.TryAdd())
            {
                return new BundleLease(bundle);
            }
        }

        throw new ScoringUnavailableException(UnavailableReason.NoBundle);
    }

    /// <summary>Lets go of the bundle; requests are refused from now on.</summary>
    public void Dispose()
    {
        ServingBundle? last;
        lock (swapping)
        {
            disposed = true;
            last = Interlocked.Exchange(ref current, null);
        }

        last?.Dispose();
    }
}
