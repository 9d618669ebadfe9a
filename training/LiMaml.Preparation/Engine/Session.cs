using System.Globalization;
using DuckDB.NET.Data;
using LiMaml.Models;
using DuckDBErrorType = DuckDB.NET.Native.DuckDBErrorType;

namespace LiMaml.Preparation.Engine;

/// <summary>
/// A DuckDB database in a folder of its own, deleted with it. Statements are cancelled by the session's token.
/// </summary>
internal sealed class Session : IDisposable
{
    private readonly string folder;
    private readonly DuckDBConnection connection;
    private readonly CancellationToken cancellation;

    private Session(string folder, DuckDBConnection connection, CancellationToken cancellation)
    {
        this.folder = folder;
        this.connection = connection;
        this.cancellation = cancellation;
    }

    /// <summary>The engine's number of threads outside <see cref="InOneThread"/>.</summary>
    private int Threads { get; init; }

    public static Session Open(string folder, long memoryLimit, int threads, CancellationToken cancellation)
    {
        DeleteFolder(folder); // of an earlier, interrupted run
        Directory.CreateDirectory(folder);
        var connection = new DuckDBConnection(new DuckDBConnectionStringBuilder { DataSource = Path.Combine(folder, "prepare.duckdb") }.ConnectionString);
        var session = new Session(folder, connection, cancellation) { Threads = threads > 0 ? threads : Environment.ProcessorCount };
        try
        {
            connection.Open();
            session.Execute($"SET temp_directory = {Sql.Text(Path.Combine(folder, "spill"))}");
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"SET memory_limit = '{memoryLimit >> 20}MiB'"));
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"SET threads = {session.Threads}"));
            session.Execute("SET preserve_insertion_order = false");
            session.Execute("SET enable_progress_bar = false");
            session.Execute("SET TimeZone = 'UTC'");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Execute(string statement)
    {
        using var command = Command(statement);
        Run(command, command.ExecuteNonQuery);
    }

    /// <summary>Like <see cref="Execute"/>, for a statement whose result must keep the order of its rows.</summary>
    public void ExecuteInOrder(string statement)
    {
        Execute("SET preserve_insertion_order = true");
        Execute(statement);
        Execute("SET preserve_insertion_order = false");
    }

    /// <summary>Runs <paramref name="work"/> with one thread, so that sums of floating-point numbers come out the same every time.</summary>
    public void InOneThread(Action work)
    {
        Execute("SET threads = 1");
        work();
        Execute(string.Create(CultureInfo.InvariantCulture, $"SET threads = {Threads}"));
    }

    public void Drop(string table) => Execute($"DROP TABLE {table}");

    public long Count(string query)
    {
        var count = 0L;
        Read(query, row => count = row.GetInt64(0));
        return count;
    }

    /// <summary>Calls <paramref name="each"/> for every row of the result, as it arrives.</summary>
    public void Read(string query, Action<DuckDBDataReader> each)
    {
        foreach (var row in Stream(query))
        {
            each(row);
        }
    }

    /// <summary>The rows of a result as they arrive; the yielded reader stands on the current row.</summary>
    public IEnumerable<DuckDBDataReader> Stream(string query)
    {
        using var command = Command(query);
        command.UseStreamingMode = true;
        using var reader = Run(command, command.ExecuteReader);
        while (reader.HasRows && Run(command, reader.Read)) // a streamed result without rows must not be read
        {
            yield return reader;
        }
    }

    /// <summary>Like <see cref="Stream"/>, in the order of the table.</summary>
    public IEnumerable<DuckDBDataReader> StreamInOrder(string query)
    {
        Execute("SET preserve_insertion_order = true");
        foreach (var row in Stream(query))
        {
            yield return row;
        }

        Execute("SET preserve_insertion_order = false");
    }

    /// <summary>Bulk insertion into an existing table.</summary>
    public DuckDBAppender Appender(string table) => connection.CreateAppender(table);

    public void Dispose()
    {
        connection.Dispose();
        DeleteFolder(folder);
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private DuckDBCommand Command(string statement)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement;
        return command;
    }

    private T Run<T>(DuckDBCommand command, Func<T> run)
    {
        cancellation.ThrowIfCancellationRequested();
        using var registration = cancellation.Register(command.Cancel);
        try
        {
            return run();
        }
        catch (DuckDBException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (DuckDBException fault) when (fault.ErrorType == DuckDBErrorType.OutOfMemory)
        {
            throw new InvalidInputException("memory limit: the engine ran out of memory or of space for temporary files; raise the limit, use fewer threads, or name a temporary folder with more space", fault);
        }
    }
}
