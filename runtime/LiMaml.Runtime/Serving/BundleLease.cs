namespace LiMaml.Runtime.Serving;

/// <summary>Keeps a bundle from ending while a request uses it. Not thread-safe.</summary>
public sealed class BundleLease : IDisposable
{
    private bool released;

    internal BundleLease(ServingBundle bundle) => Bundle = bundle;

    /// <summary>The bundle, until this is disposed.</summary>
    public ServingBundle Bundle { get; }

    /// <summary>Gives the bundle back.</summary>
    public void Dispose()
    {
        if (!released)
        {
            released = true;
            Bundle.Users.Release();
        }
    }
}
