using LiMaml.Models;
using LiMaml.Models.Files;

namespace LiMaml.Worker.Operation;

/// <summary>Holds the state folder for one worker, and tells others where that worker answers.</summary>
internal sealed class WorkerLock : IDisposable
{
    private const string LockFile = "worker.lock";
    private const string AddressFile = "worker.address";
    private readonly FileStream held;
    private readonly string folder;

    private WorkerLock(FileStream held, string folder)
    {
        this.held = held;
        this.folder = folder;
    }

    /// <summary>Takes the folder; null where another process has it.</summary>
    public static WorkerLock? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            var held = new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(Path.Combine(folder, AddressFile)); // of a worker that was killed
            return new WorkerLock(held, folder);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Takes the folder.</summary>
    /// <exception cref="InvalidInputException">Another process has it.</exception>
    public static WorkerLock Take(string folder) =>
        TryTake(folder) ?? throw new InvalidInputException("Worker:StateFolder", $"'{folder}', which another worker has", "a folder of its own for each worker");

    /// <summary>Where the worker that holds the folder answers.</summary>
    /// <exception cref="InvalidInputException">It has not said so yet.</exception>
    public static Uri AddressOf(string folder)
    {
        var path = Path.Combine(folder, AddressFile);
        return File.Exists(path) && Uri.TryCreate(File.ReadAllText(path).Trim(), UriKind.Absolute, out var address)
            ? address
            : throw new InvalidInputException(folder, "a worker that does not answer yet", "one that runs, or none");
    }

    /// <summary>Says where this worker answers.</summary>
    public void Announce(Uri address) =>
        AtomicFile.Write(Path.Combine(folder, AddressFile), System.Text.Encoding.UTF8.GetBytes(address + "\n"));

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(Path.Combine(folder, AddressFile));
        held.Dispose();
    }
}
