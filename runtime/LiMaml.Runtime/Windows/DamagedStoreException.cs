namespace LiMaml.Runtime.Windows;

/// <summary>A window store can't be read. Move its folder aside and rebuild it from the log.</summary>
public sealed class DamagedStoreException : Exception
{
    /// <summary>Reports a store.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="inner">What caused it.</param>
    public DamagedStoreException(string folder, string what, Exception? inner = null)
        : base($"window store {folder}: {what}", inner) => Folder = folder;

    /// <summary>The store's folder.</summary>
    public string Folder { get; }
}
