using System.Text;
using System.Text.Json;
using LiMaml.Models;
using LiMaml.Models.Json;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// Records of refreshes, one JSON line each, in <c>refreshes.jsonl</c>; when that is full it becomes
/// <c>refreshes.old.jsonl</c>, and the one before is deleted. Safe for many threads of one process.
/// </summary>
public sealed class RefreshLog
{
    private const string FileName = "refreshes.jsonl";
    private const string OldFileName = "refreshes.old.jsonl";
    private static readonly JsonSerializerOptions Json = new(ContractJson.Options) { WriteIndented = false };

    private readonly string path;
    private readonly string oldPath;
    private readonly long maxBytes;
    private readonly Lock writing = new();

    /// <summary>The log in <paramref name="folder"/>, made where it is missing.</summary>
    /// <param name="folder">The worker's state folder.</param>
    /// <param name="maxBytes">A file of this size is full; 16 MiB by default.</param>
    public RefreshLog(string folder, long maxBytes = 16 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        Directory.CreateDirectory(folder);
        path = Path.Combine(folder, FileName);
        oldPath = Path.Combine(folder, OldFileName);
        this.maxBytes = maxBytes;
    }

    /// <summary>Adds a record.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Append(RefreshRecord record)
    {
        lock (writing)
        {
            if (File.Exists(path) && new FileInfo(path).Length >= maxBytes)
            {
                File.Move(path, oldPath, overwrite: true);
            }

            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var line = JsonSerializer.Serialize(record, Json) + "\n";
            file.Write(Encoding.UTF8.GetBytes(EndsInLine(file) ? line : "\n" + line));
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The last records, oldest first; lines that a crash left incomplete are passed over.</summary>
    /// <param name="count">Most records wanted.</param>
    public IReadOnlyList<RefreshRecord> Last(int count)
    {
        lock (writing)
        {
            return [.. new[] { oldPath, path }.Where(File.Exists).SelectMany(File.ReadLines).Select(Parse).OfType<RefreshRecord>().TakeLast(count)];
        }
    }

    private static RefreshRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<RefreshRecord>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool EndsInLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return true;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
