using System.Globalization;
using LiMaml.Cli.Display;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>The same model and rows as <c>embed</c> and <c>score</c> have, by the way that production goes: events through Kafka into a worker, scores over its endpoints.</summary>
internal sealed class StreamedPath(QuickstartFolder folder, Terminal terminal, CancellationToken cancellation) : IAsyncDisposable
{
    private const int SampleRequests = 20;
    private const int SampleRequestRows = 100;
    private readonly ModelPackage package = ModelPackage.Open(folder.Package);
    private readonly Dataset dataset = Dataset.Open(folder.Dataset);
    private StreamedWorker? worker;

    /// <summary>Plays the training and validation events into a worker, which then adapts to every task.</summary>
    public Task<StreamedEvents> AdaptAsync() => UnlessCancelledAsync(async () =>
    {
        worker = await StreamedWorker.StartAsync(package, folder.State, terminal.Clock, cancellation);
        var began = terminal.Clock.GetTimestamp();
        var total = dataset.CountRows(package.Manifest.Model.MetaBlocks[0].Task, Split.Train) + dataset.CountRows(package.Manifest.Model.MetaBlocks[0].Task, Split.Validation);
        var count = await terminal.WithProgressAsync(progress => worker.PlayAsync(dataset, new Forward(progress, "streaming", total, "events"), cancellation));
        var rate = count / Seconds(began);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} events sent and taken up ({rate:N0} events/s)."));
        var refreshed = await worker.RefreshAsync(cancellation);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{refreshed.TaskCount:N0} tasks adapted to their windows in {(refreshed.Finished - refreshed.Started).TotalSeconds:F1} s. Mean support loss {refreshed.MeanLossBefore:F4} before, {refreshed.MeanLossAfter:F4} after."));
        return new StreamedEvents(count, rate, refreshed.TaskCount);
    });

    /// <summary>Scores the test rows over HTTP, and a sample of them over topics.</summary>
    public Task<StreamedScores> ScoreAsync() => UnlessCancelledAsync(async () =>
    {
        using var requests = new RowRequests(package);
        using var http = new HttpScoring(worker!.Address, requests);
        var sample = default(IReadOnlyList<SampledRequest>);
        var (logits, cold, began) = (new List<float>(), 0L, terminal.Clock.GetTimestamp());
        await foreach (var rows in dataset.ReadAsync(requests.Task, Split.Test, requests.Features, cancellation))
        {
            var scored = await http.ScoreAsync(rows, cancellation);
            logits.AddRange(scored.Logits);
            cold += scored.ColdCount;
            sample ??= Sample(rows, requests);
        }

        var rate = logits.Count / Seconds(began);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{logits.Count:N0} rows scored over HTTP ({rate:N0} rows/s); {cold:N0} of them had no stored embedding and got the unadapted one."));
        return await CompareAsync(logits, rate, sample ?? []);
    });

    /// <summary>Ends the worker.</summary>
    public ValueTask DisposeAsync() => worker?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<StreamedScores> CompareAsync(List<float> logits, double rate, IReadOnlyList<SampledRequest> sample)
    {
        var offline = await ScoredFile.ReadAsync(folder.Scores, cancellation);
        var answered = await Task.Run(() => Ask(sample), cancellation);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answered.Count:N0} rows in {sample.Count} requests scored over Kafka."));
        var errors = logits.Zip(offline.Logits, Error).Concat(answered.Select(row => Error(row.Logit, offline.Logits[row.Place])));
        return new StreamedScores((offline with { Logits = [.. logits] }).Auc ?? double.NaN, rate, answered.Count, errors.DefaultIfEmpty(0).Max());
    }

    // Spread over the group, so that many tasks are in it.
    private static List<SampledRequest> Sample(RowGroup rows, RowRequests requests)
    {
        var count = Math.Min(SampleRequests * SampleRequestRows, rows.RowCount);
        var places = Enumerable.Range(0, count).Select(index => (int)((long)index * rows.RowCount / count));
        return [.. places.Chunk(SampleRequestRows).Select(part => new SampledRequest(part, requests.Write(rows, part)))];
    }

    private List<(int Place, float Logit)> Ask(IReadOnlyList<SampledRequest> sample)
    {
        using var topics = new TopicScoring(worker!.BootstrapServers, terminal.Clock);
        var answers = topics.Ask([.. sample.Select(request => request.Body)], cancellation);
        return [.. sample.Zip(answers).SelectMany(pair => pair.First.Places.Zip(pair.Second.Read(pair.First.Places.Length).Logits))];
    }

    // Relative above 1, absolute below, as 'verify' has it.
    private static double Error(float found, float expected) => Math.Abs((double)found - expected) / Math.Max(1, Math.Abs((double)expected));

    private double Seconds(long began) => Math.Max(1e-3, terminal.Clock.GetElapsedTime(began).TotalSeconds);

    // Ctrl-C ends the worker's host too, and what happens then is no fault.
    private async Task<T> UnlessCancelledAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(fault.Message, fault, cancellation);
        }
    }

    private sealed record SampledRequest(int[] Places, InferenceBody Body);

    private sealed class Forward(IProgress<Progress> progress, string stage, long total, string unit) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new Progress(stage, value, total, unit));
    }
}

/// <summary>Events that went through Kafka.</summary>
/// <param name="Count">How many.</param>
/// <param name="PerSecond">From the first one sent to the last one in its window.</param>
/// <param name="TaskCount">Tasks that were adapted then.</param>
internal sealed record StreamedEvents(long Count, double PerSecond, long TaskCount);

/// <summary>Test rows that the worker scored.</summary>
/// <param name="Auc">Their AUC, over HTTP.</param>
/// <param name="HttpRowsPerSecond">How fast.</param>
/// <param name="TopicRowCount">Rows of the sample that was scored over topics.</param>
/// <param name="MaxError">Largest |a − b| ÷ max(1, |b|) of a logit a, over either way, and the same row's logit b in the scored file.</param>
internal sealed record StreamedScores(double Auc, double HttpRowsPerSecond, int TopicRowCount, double MaxError);
