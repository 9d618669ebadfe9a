using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Scoring;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// Scores rows of tasks with the bundle and generation that are current when a request begins: one pair for the whole request,
/// so that an embedding is only ever scored by the global block of its own bundle. A task without an embedding gets the
/// unadapted one of its meta features, marked and counted. Requests that wait share runs. Thread-safe.
/// </summary>
public sealed class ScoringService : IAsyncDisposable
{
    /// <summary>The meter that reports <see cref="Counts"/> and the histogram <c>limaml.scoring.duration</c> in seconds.</summary>
    public const string MeterName = "LiMaml.Scoring";

    private readonly BundleHost host;
    private readonly ScoringOptions options;
    private readonly MicroBatcher batcher;
    private readonly ScoringMeter meter;
    private readonly TimeProvider clock;

    /// <summary>Scores with what <paramref name="host"/> holds; the host stays the caller's.</summary>
    /// <param name="host">The bundle that is current.</param>
    /// <param name="options">The defaults where null.</param>
    /// <param name="clock">Measures delays and time-outs; the system's where null.</param>
    /// <exception cref="InvalidInputException">An option is out of range.</exception>
    public ScoringService(BundleHost host, ScoringOptions? options = null, TimeProvider? clock = null)
    {
        this.host = host;
        this.clock = clock ?? TimeProvider.System;
        this.options = options ?? new ScoringOptions();
        this.options.Validate();
        var concurrency = this.options.Concurrency == 0 ? Environment.ProcessorCount : this.options.Concurrency;
        batcher = new MicroBatcher(this.options, concurrency, this.clock, rows => meter!.Ran(rows));
        meter = new ScoringMeter(() => batcher.WaitingCount);
    }

    /// <summary>What was done so far.</summary>
    public ScoringCounts Counts => meter.Counts;

    /// <summary>Requests now waiting for a place.</summary>
    public int WaitingCount => batcher.WaitingCount;

    /// <summary>Whether a bundle is there to score with.</summary>
    public bool IsReady => host.Current is not null;

    /// <summary>The current bundle, kept for one request: see <see cref="Open"/>.</summary>
    /// <exception cref="ScoringUnavailableException">There is none.</exception>
    public BundleLease Acquire() => host.Acquire();

    /// <summary>Memory for one request's inputs: for those who can write them there without a detour. To be scored by <see cref="ScoreAsync(ScoringCall, CancellationToken)"/>.</summary>
    /// <param name="lease">Outlives what is returned.</param>
    /// <param name="mode">Task keys or embeddings.</param>
    /// <param name="rows">From 1 to <see cref="ScoringOptions.MaxRequestRows"/>.</param>
    /// <exception cref="InvalidInputException">Too many rows, or none.</exception>
    public ScoringCall Open(BundleLease lease, ScoringMode mode, int rows) => rows >= 1 && rows <= options.MaxRequestRows
        ? new ScoringCall(lease.Bundle, mode, rows, batcher)
        : throw new InvalidInputException("rows of the request", $"{rows}", $"1 to {options.MaxRequestRows}");

    /// <summary>Scores the rows of an open call, whose outputs are there afterwards.</summary>
    /// <exception cref="InvalidInputException">An input is missing, or a value is not what the graphs may read.</exception>
    /// <exception cref="ScoringUnavailableException">Too many requests wait, or this one waited too long.</exception>
    /// <exception cref="GenerationUnavailableException">The store no longer has the bundle's generation.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async Task ScoreAsync(ScoringCall call, CancellationToken cancellation = default)
    {
        var start = clock.GetTimestamp();
        try
        {
            await call.RunAsync(cancellation);
        }
        catch (ScoringUnavailableException unavailable)
        {
            meter.Unavailable(unavailable.Reason);
            throw;
        }

        meter.Scored(call, clock.GetElapsedTime(start));
    }

    /// <summary>Scores rows.</summary>
    /// <exception cref="InvalidInputException">The request names another bundle than the current one, or an input is missing, unknown, of another size or kind, or has a value that the graphs may not read.</exception>
    /// <exception cref="ScoringUnavailableException">No bundle is loaded, too many requests wait, or this one waited too long.</exception>
    /// <exception cref="GenerationUnavailableException">The store no longer has the bundle's generation.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async Task<ScoreResponse> ScoreAsync(ScoreRequest request, CancellationToken cancellation = default)
    {
        using var lease = Acquire();
        var mode = RequestInputs.ModeOf(request, lease.Bundle);
        using var call = Open(lease, mode, request.RowCount);
        RequestInputs.Fill(call, request, lease.Bundle);
        await ScoreAsync(call, cancellation);
        return Respond(call, lease.Bundle);
    }

    /// <summary>Ends counting.</summary>
    public ValueTask DisposeAsync()
    {
        meter.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ScoreResponse Respond(ScoringCall call, ServingBundle bundle)
    {
        var raw = call.Served.Mode == ScoringMode.Raw;
        var binary = call.Served.Outputs.Any(output => output.Name == GraphTensorNames.Logit);
        var blocks = bundle.Model.Blocks;
        return new ScoreResponse(
            bundle.BundleId,
            raw ? null : bundle.Pointer?.Generation,
            new Scores(
                binary ? call.Scores(GraphTensorNames.Logit).ToArray() : null,
                call.Scores(binary ? GraphTensorNames.Probability : GraphTensorNames.Prediction).ToArray()),
            raw ? new Dictionary<string, bool[]>() : blocks.Select((block, index) => (block.Task, Cold: ColdOf(call, index, blocks.Count))).ToDictionary(block => block.Task, block => block.Cold));
    }

    private static bool[] ColdOf(ScoringCall call, int block, int blocks)
    {
        var cold = new bool[call.RowCount];
        for (var row = 0; row < cold.Length; row++)
        {
            cold[row] = call.Cold[(row * blocks) + block];
        }

        return cold;
    }
}
