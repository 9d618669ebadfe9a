using LiMaml.Benchmarks.Benchmarks;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>A temporary folder with model packages and a worker's state, and the settings of a worker on them.</summary>
internal sealed class WorkerFolder : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("limaml-benchmark-");

    internal string State => Path.Combine(root.FullName, "state");

    private string Packages => Path.Combine(root.FullName, "packages");

    /// <summary>Adds a package; returns its bundle id.</summary>
    internal string AddPackage(string name, double stepSize)
    {
        var written = TestModel.Recorded(StreamedModel.Spec(stepSize), Path.Combine(root.FullName, name), SyntheticInteractions.Schema);
        Directory.CreateDirectory(Packages);
        Directory.Move(written.Folder, Path.Combine(Packages, name));
        return written.Manifest.BundleId;
    }

    /// <summary>Names the package to use.</summary>
    internal void Choose(string name)
    {
        var pointer = Path.Combine(Packages, "current");
        File.WriteAllText(pointer + ".next", name);
        File.Move(pointer + ".next", pointer, overwrite: true);
    }

    /// <summary>Settings of a worker that adapts tasks that change within a second.</summary>
    internal Dictionary<string, string?> Settings(string bootstrapServers) => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Worker:StateFolder"] = State,
        ["Worker:Packages"] = Packages,
        ["Worker:PackagePoll"] = "00:00:00.5",
        ["Kafka:BootstrapServers"] = bootstrapServers,
        ["Kafka:Topic"] = StreamedModel.Topic,
        ["Kafka:Format"] = "protobuf",
        ["Kafka:SessionTimeout"] = "00:00:20",
        ["Schedule:Cron"] = "",
        ["Schedule:ContinuousDelay"] = "00:00:01",
        // The weights are random: adapting need not improve anything.
        ["Refresh:Guardrails:LossTolerance"] = "1000",
    };

    public void Dispose() => root.Delete(recursive: true);
}
