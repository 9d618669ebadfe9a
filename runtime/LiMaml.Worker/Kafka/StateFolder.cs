using System.Globalization;
using LiMaml.Models;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>The worker's folder of window stores: one for each partition it ever had, <c>&lt;topic&gt;-&lt;partition&gt;</c>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Clock">Stamps what is moved aside.</param>
/// <param name="Logger">Told what is moved aside.</param>
internal sealed record StateFolder(string Folder, TimeProvider Clock, ILogger Logger)
{
    private const string Damaged = ".damaged-";

    /// <summary>Where a partition's store is.</summary>
    public string PathOf(string topic, int partition) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}"));

    /// <summary>Partitions of a topic that have a store, ascending.</summary>
    public IReadOnlyList<int> Partitions(string topic)
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        var names = Directory.EnumerateDirectories(Folder, topic + "-*").Select(path => Path.GetFileName(path)[(topic.Length + 1)..]);
        return [.. names.Select(Number).OfType<int>().Order()];
    }

    /// <summary>Opens a partition's store, or makes an empty one; a damaged one is moved aside first.</summary>
    /// <exception cref="InvalidInputException">Another process has it open.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public WindowStore Open(string topic, int partition, EventSchema schema, WindowOptions options)
    {
        var path = PathOf(topic, partition);
        try
        {
            return WindowStore.Open(path, schema, options);
        }
        catch (DamagedStoreException fault)
        {
            MoveAside(path, fault);
            return WindowStore.Open(path, schema, options);
        }
    }

    /// <summary>Keeps a damaged store for whoever wants to look, out of the way.</summary>
    public void MoveAside(string path, Exception fault)
    {
        var aside = path + Damaged + Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        Logger.LogError(fault, "The window store {Folder} is damaged. It is now {Aside}, and is rebuilt from the topic.", path, aside);
        if (Directory.Exists(path))
        {
            Directory.Move(path, aside);
        }
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
