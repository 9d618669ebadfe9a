using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Operation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>What a worker is told about providers, and what it says of them.</summary>
public sealed class ProviderSettingsTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_Providers_AreThoseNamedInTheirOrder()
    {
        var settings = Settings(
            ("Worker:ScoringGraphs:Providers:0", "TensorRt"), ("Worker:ScoringGraphs:Providers:1", "cuda"), ("Worker:ScoringGraphs:RequireGpu", "true"), ("Worker:ScoringGraphs:DeviceIndex", "1"),
            ("Refresh:Adapter:Graphs:Providers:0", "Cuda"), ("Refresh:Adapter:Graphs:CudaGraphs", "16"));
        var scoring = settings.Worker.ScoringGraphs;
        Assert.Equal([ExecutionProvider.TensorRt, ExecutionProvider.Cuda], scoring.Providers);
        Assert.Equal((true, 1, 1), (scoring.RequireGpu, scoring.DeviceIndex, scoring.ThreadCount));
        Assert.Equal([ExecutionProvider.Cuda], settings.Refresh.Adapter.Graphs.Providers);
        Assert.Equal(16, settings.Refresh.Adapter.Graphs.CudaGraphs);
    }

    [Fact]
    public async Task StartAsync_GpuThatIsNotThere_LogsTheProviderInUseAndWhatWasPassedOver()
    {
        using var loggers = new RecordingLoggers();
        await using var models = await StartAsync(loggers, ("Worker:ScoringGraphs:Providers:0", "Cuda"));
        Assert.SkipUnless(models.Providers[0].Provider.InUse == ExecutionProvider.Cpu, "this build has a GPU provider, and the machine a GPU");
        Assert.Equal(["Graphs of scoring run on Cpu.", "Graphs of adaptation run on Cpu."], loggers.At(LogLevel.Information));
        Assert.StartsWith("Graphs of scoring: Cuda was passed over: ", Assert.Single(loggers.At(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_RequiredGpuThatIsNotThere_IsRefused()
    {
        using var loggers = new RecordingLoggers();
        (string, string?)[] changes = [("Refresh:Adapter:Graphs:Providers:0", "Cuda"), ("Refresh:Adapter:Graphs:RequireGpu", "true")];
        try
        {
            await using var models = await StartAsync(loggers, changes);
            Assert.Skip("this build has a GPU provider, and the machine a GPU");
        }
        catch (InvalidInputException fault)
        {
            Assert.StartsWith("GPU: found none that can be used: Cuda (", fault.Message, StringComparison.Ordinal);
        }
    }

    private async Task<ModelHost> StartAsync(RecordingLoggers loggers, params (string Name, string? Value)[] changes)
    {
        var settings = Settings(changes);
        TestModel.Recorded(TestModel.Exact, settings.Worker.Packages);
        return await ModelHost.StartAsync(settings, LocalEmbeddingStore.Open(folder["embeddings"]), TimeProvider.System, loggers.CreateLogger<ModelHost>(), TestContext.Current.CancellationToken);
    }

    private WorkerSettings Settings(params (string Name, string? Value)[] changes) => WorkerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Kafka:BootstrapServers"] = "localhost:9",
        ["Kafka:Topic"] = "events",
        ["Worker:StateFolder"] = folder["state"],
        ["Worker:Packages"] = folder["package"],
    }).AddInMemoryCollection(changes.ToDictionary(change => change.Name, change => change.Value)).Build());
}
