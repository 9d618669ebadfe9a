using LiMaml.Models;
using LiMaml.Models.Files;

namespace LiMaml.Runtime.Scoring;

/// <summary>A file of scores that appears when complete, and not at all otherwise.</summary>
internal sealed class ScoreFile : IAsyncDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private readonly IScoreWriter writer;
    private bool complete;

    private ScoreFile(string path, FileStream stream, IScoreWriter writer)
    {
        this.path = path;
        this.stream = stream;
        this.writer = writer;
    }

    /// <summary>The file endings that name a format.</summary>
    /// <exception cref="InvalidInputException">The path has another.</exception>
    public static void CheckFormat(string path)
    {
        if (!IsCsv(path) && !path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidInputException("output for scores", $"'{path}'", "a path that ends in .parquet or .csv");
        }
    }

    /// <summary>Begins the file, in the format that its ending names.</summary>
    public static async Task<ScoreFile> CreateAsync(string path, bool hasLogits, CancellationToken cancellation)
    {
        CheckFormat(path);
        var partial = path + AtomicFile.PartialSuffix;
        var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        try
        {
            IScoreWriter writer = IsCsv(path)
                ? new CsvScoreWriter(stream, hasLogits)
                : await ParquetScoreWriter.CreateAsync(stream, hasLogits, cancellation);
            return new ScoreFile(path, stream, writer);
        }
        catch
        {
            await stream.DisposeAsync();
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Writes some rows.</summary>
    public Task AppendAsync(ScoredRows rows, CancellationToken cancellation) => writer.AppendAsync(rows, cancellation);

    /// <summary>Finishes the file and gives it its name.</summary>
    public async Task CompleteAsync()
    {
        await writer.DisposeAsync();
        stream.Flush(flushToDisk: true);
        await stream.DisposeAsync();
        File.Move(stream.Name, path, overwrite: true);
        complete = true;
    }

    /// <summary>Deletes what was written, unless it is complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!complete)
        {
            await stream.DisposeAsync();
            File.Delete(stream.Name);
        }
    }

    private static bool IsCsv(string path) => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
}
