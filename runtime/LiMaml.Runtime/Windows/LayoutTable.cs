using System.Collections.Immutable;
using System.Text;
using LiMaml.Runtime.Events;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>The layouts that a store's samples were written by: one for each schema of events that it has met. Thread-safe.</summary>
internal sealed class LayoutTable
{
    private ImmutableDictionary<ulong, EventLayout> layouts = ImmutableDictionary<ulong, EventLayout>.Empty;

    /// <summary>Takes up what is stored.</summary>
    public LayoutTable(RocksDb database)
    {
        using var entries = database.NewIterator();
        for (entries.Seek([StoreKeys.Layout]); entries.Valid() && entries.GetKeySpan()[0] == StoreKeys.Layout; entries.Next())
        {
            var layout = EventLayout.Parse(Encoding.UTF8.GetString(entries.GetValueSpan()));
            layouts = layouts.Add(StoreKeys.NumberOf(entries.GetKeySpan()), layout);
        }
    }

    /// <summary>Stores <paramref name="layout"/> where it is new.</summary>
    public void Add(EventLayout layout, Database database)
    {
        if (layouts.ContainsKey(layout.Number))
        {
            return;
        }

        using var batch = new WriteBatch();
        batch.Put(StoreKeys.Numbered(StoreKeys.Layout, layout.Number), Encoding.UTF8.GetBytes(layout.ToString()));
        database.Write(batch);
        layouts = layouts.Add(layout.Number, layout);
    }

    /// <summary>The event that <paramref name="sample"/> is.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or its layout is missing.</exception>
    public InteractionEvent Read(StoredSample sample) => SampleCodec.Read(
        sample, layouts.GetValueOrDefault(sample.Layout) ?? throw new InvalidDataException($"a sample of layout {sample.Layout:x16}, which is not stored"));
}
