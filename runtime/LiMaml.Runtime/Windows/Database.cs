using LiMaml.Models;
using RocksDbSharp;

namespace LiMaml.Runtime.Windows;

/// <summary>A RocksDB folder: opened, guarded and closed. Its faults become exceptions that say what to do.</summary>
internal sealed class Database : IDisposable
{
    private readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.SupportsRecursion);
    private readonly HashSet<Snapshot> snapshots = [];
    private readonly RocksDb rocks;
    private readonly string folder;
    private bool closed;

    private Database(RocksDb rocks, string folder)
    {
        this.rocks = rocks;
        this.folder = folder;
    }

    /// <summary>Opens the database in <paramref name="folder"/>, or makes one.</summary>
    /// <exception cref="DamagedStoreException">What is there can't be read.</exception>
    /// <exception cref="InvalidInputException">Another one has it open.</exception>
    /// <exception cref="IOException">The disk is full, or may not be read or written.</exception>
    public static Database Open(string folder, int journalBytes)
    {
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFiles(folder).Any() && !File.Exists(Path.Combine(folder, "CURRENT")))
        {
            throw new DamagedStoreException(folder, "found files without the file CURRENT");
        }

        var database = default(RocksDb);
        try
        {
            database = RocksDb.Open(Options(journalBytes), folder);
            return new Database(database, folder);
        }
        catch (RocksDbSharpException error)
        {
            database?.Dispose();
            throw error.Message.Contains("lock", StringComparison.OrdinalIgnoreCase) && error.Message.Contains("LOCK", StringComparison.Ordinal)
                ? new InvalidInputException($"window store {folder}: found it open already, expected one user at a time.", error)
                : Of(folder, error, elseDamaged: true);
        }
    }

    /// <summary>Works with the database; it is not closed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="DamagedStoreException">Something in it can't be read.</exception>
    /// <exception cref="IOException">The disk is full, or can't be read or written.</exception>
    public T Use<T>(Func<RocksDb, T> work)
    {
        gate.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(closed, this);
            return work(rocks);
        }
        catch (RocksDbSharpException error)
        {
            throw Of(folder, error, elseDamaged: false);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException)
        {
            throw new DamagedStoreException(folder, error.Message, error);
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Writes a batch, all or nothing.</summary>
    public void Write(WriteBatch batch, bool sync = false) => Use(database =>
    {
        database.Write(batch, sync ? new WriteOptions().SetSync(true) : null);
        return true;
    });

    /// <summary>The database as it is now; give it to <see cref="Release"/>.</summary>
    public Snapshot Snapshot() => Use(database =>
    {
        lock (snapshots)
        {
            var snapshot = database.CreateSnapshot();
            snapshots.Add(snapshot);
            return snapshot;
        }
    });

    /// <summary>Ends a snapshot, unless closing the database did.</summary>
    public void Release(Snapshot snapshot)
    {
        gate.EnterReadLock();
        try
        {
            lock (snapshots)
            {
                if (snapshots.Remove(snapshot))
                {
                    snapshot.Dispose();
                }
            }
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Waits for whoever works with the database, and closes it.</summary>
    public void Dispose()
    {
        gate.EnterWriteLock();
        try
        {
            if (!closed)
            {
                closed = true;
                foreach (var snapshot in snapshots)
                {
                    snapshot.Dispose();
                }

                snapshots.Clear();
                rocks.Dispose();
            }
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    // Journal entries should die in memory, before they are ever written to a table: the buffer holds a few journals.
    private static DbOptions Options(int journalBytes)
    {
        var options = new DbOptions()
            .SetCreateIfMissing(true)
            .SetParanoidChecks(true)
            .SetWriteBufferSize((ulong)Math.Max(8 << 20, 4L * journalBytes))
            .SetMaxTotalWalSize((ulong)Math.Max(32 << 20, 8L * journalBytes))
            .SetAllowConcurrentMemtableWrite(false)
            .SetKeepLogFileNum(2);
        options.SetCompressionPerLevel([Compression.No, Compression.No, Compression.Lz4, Compression.Lz4, Compression.Lz4, Compression.Lz4, Compression.Lz4], 7UL);
        options.SetInfoLogLevel(InfoLogLevel.Error);
        return options;
    }

    private static Exception Of(string folder, RocksDbSharpException error, bool elseDamaged)
    {
        string[] surroundings = ["No space left", "Permission denied", "Too many open files", "Read-only file system", "Disk quota"];
        if (surroundings.Any(text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase)))
        {
            return new IOException($"window store {folder}: {error.Message}. Nothing is lost; open it again when that is mended.", error);
        }

        return elseDamaged || error.Message.Contains("Corruption", StringComparison.Ordinal)
            ? new DamagedStoreException(folder, error.Message, error)
            : new IOException($"window store {folder}: {error.Message}", error);
    }
}
