using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class DamagedStoreTests : IDisposable
{
    private readonly StoreFolder folder = new(new WindowOptions { JournalBytes = 1 << 16 });

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_TruncatedTable_IsDamaged() => IsDamaged("*.sst", bytes => bytes[..(bytes.Length / 2)]);

    [Fact]
    public void Open_GarbageInATable_IsDamaged() => IsDamaged("*.sst", bytes => [.. bytes.Select((value, index) => index > 100 && index < bytes.Length - 100 ? (byte)~value : value)]);

    [Fact]
    public void Open_GarbageManifest_IsDamaged() => IsDamaged("MANIFEST-*", bytes => [.. bytes.Select(value => (byte)~value)]);

    [Fact]
    public void Open_GarbageCurrent_IsDamaged() => IsDamaged("CURRENT", _ => "nonsense"u8.ToArray());

    [Fact]
    public void Open_WithoutCurrent_IsDamaged() => IsDamaged("CURRENT", _ => null);

    [Fact]
    public void Open_WithoutATable_IsDamaged() => IsDamaged("*.sst", _ => null);

    [Fact]
    public void Open_TruncatedLog_GoesOnFromAnEarlierOffset()
    {
        for (var offset = 1; offset <= 50; offset++)
        {
            folder.Store.Apply([StoreFolder.Event("a", 1000 + offset, $"e{offset}")], offset);
        }

        folder.Close();
        Change("*.log", bytes => bytes[..(bytes.Length / 2)]);
        var next = folder.Store.NextOffset!.Value;
        Assert.InRange(next, 1, 49);
        using var view = folder.Store.View();
        Assert.Equal(Enumerable.Range(1, (int)next).Select(offset => $"e{offset}@{1000 + offset}"), StoreFolder.Ids(view.Find("member", "a")));
    }

    [Fact]
    public void Open_FilesOfSomethingElse_IsDamaged()
    {
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "notes.txt"), "mine");
        Assert.Contains("without the file CURRENT", Assert.Throws<DamagedStoreException>(() => folder.Store).Message);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder.Path, "notes.txt")));
    }

    [Fact]
    public void Open_AnotherFormatVersion_IsNamed()
    {
        folder.Store.Apply([], 1);
        folder.Close();
        using (var rocks = RocksDbSharp.RocksDb.Open(new RocksDbSharp.DbOptions(), folder.Path))
        {
            var state = rocks.Get(StoreKeys.State);
            state[0] = 2;
            rocks.Put(StoreKeys.State, state);
        }

        Assert.EndsWith("found format version 2, expected 1", Assert.Throws<DamagedStoreException>(() => folder.Store).Message);
    }

    private void IsDamaged(string pattern, Func<byte[], byte[]?> damage)
    {
        var random = new Random(1);
        for (var offset = 0; offset < 20; offset++)
        {
            folder.Store.Apply([.. Enumerable.Range(0, 100).Select(_ => SampleEvents.Random(random) with { EventTime = 5 })], offset);
        }

        folder.Store.Forget("member", "nobody"); // writes everything into tables
        folder.Close();
        Change(pattern, damage);
        var fault = Assert.Throws<DamagedStoreException>(() => folder.Export());
        Assert.Equal(folder.Path, fault.Folder);
        Assert.Contains(folder.Path, fault.Message);
    }

    private void Change(string pattern, Func<byte[], byte[]?> damage)
    {
        var files = Directory.GetFiles(folder.Path, pattern);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var changed = damage(File.ReadAllBytes(file));
            File.Delete(file);
            if (changed is not null)
            {
                File.WriteAllBytes(file, changed);
            }
        }
    }
}
