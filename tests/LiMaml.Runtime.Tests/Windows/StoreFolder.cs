using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

/// <summary>A store in a folder of its own, with small windows.</summary>
internal sealed class StoreFolder(WindowOptions? options = null) : IDisposable
{
    private readonly TestFolder folder = new();
    private WindowStore? store;

    public static WindowOptions Small { get; } = new() { Capacity = 3, MaxAge = TimeSpan.FromMicroseconds(20), JournalBytes = 1 << 16 };

    public WindowOptions Options { get; set; } = options ?? Small;

    public string Path => folder["store"];

    public WindowStore Store => store ??= WindowStore.Open(Path, SampleEvents.Schema, Options);

    /// <summary>Closes the store; the next use opens it again.</summary>
    public void Close()
    {
        store?.Dispose();
        store = null;
    }

    public byte[] Export()
    {
        using var stream = new MemoryStream();
        Store.Export(stream);
        return stream.ToArray();
    }

    public void Dispose()
    {
        Close();
        folder.Dispose();
    }

    /// <summary>A small event: who, what, when.</summary>
    public static InteractionEvent Event(string member, long time, string? id = null, string item = "i", float label = 1, string city = "a") =>
        (SampleEvents.Example with { EventTime = time, EventId = id, Label = label, Keys = new Dictionary<string, string> { ["member"] = member, ["item"] = item } })
        .With("city", new FeatureValue.Category(city));

    /// <summary>A window's samples as id@time.</summary>
    public static string[] Ids(Window? window) => [.. window?.Samples.Select(sample => $"{sample.EventId}@{sample.EventTime}") ?? []];
}
