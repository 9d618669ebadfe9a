using System.IO.Pipelines;
using System.Runtime.InteropServices;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>Answers the requests of the Open Inference Protocol v2, however they were carried here. Thread-safe.</summary>
/// <param name="scoring">Scores them.</param>
/// <param name="options">Validated.</param>
/// <param name="isReady">What the worker waits for besides a bundle; nothing where null.</param>
internal sealed class InferenceServer(ScoringService scoring, InferenceOptions options, Func<bool>? isReady = null)
{
    private readonly string rawName = options.ModelName + "-global";

    /// <summary>Limits and names.</summary>
    public InferenceOptions Options => options;

    /// <summary>Whether requests can be scored, and nothing else is waited for.</summary>
    public bool IsReady => scoring.IsReady && (isReady?.Invoke() ?? true);

    /// <summary>The current bundle, if it is the version asked for.</summary>
    /// <exception cref="RefusedException">No such model or version.</exception>
    /// <exception cref="ScoringUnavailableException">There is no bundle.</exception>
    public BundleLease Acquire(string model, string? version, out ScoringMode mode)
    {
        mode = ModeOf(model);
        var lease = scoring.Acquire();
        if (version is null || version == lease.Bundle.BundleId)
        {
            return lease;
        }

        using (lease)
        {
            throw new RefusedException(StatusCodes.Status404NotFound, $"model '{model}' has no version '{Shown(version)}'; the one served is {lease.Bundle.BundleId}");
        }
    }

    /// <summary>Scores a request's rows.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Bundle id; null for the current one.</param>
    /// <param name="content">JSON, then binary contents of tensors.</param>
    /// <param name="jsonBytes">Bytes of the JSON; null where it is all.</param>
    /// <param name="cancellation">Ends reading and waiting.</param>
    /// <returns>To be disposed.</returns>
    /// <exception cref="RefusedException">No such model or version, or the body took too long to come.</exception>
    /// <exception cref="InvalidInputException">The request is not what protocol and model say.</exception>
    /// <exception cref="System.Text.Json.JsonException">The JSON is none.</exception>
    /// <exception cref="ScoringUnavailableException">No bundle is loaded, too many requests wait, or this one waited too long.</exception>
    /// <exception cref="GenerationUnavailableException">The store no longer has the bundle's generation.</exception>
    public async Task<InferResponse> InferAsync(string model, string? version, PipeReader content, int? jsonBytes, CancellationToken cancellation)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        reading.CancelAfter(options.BodyTimeout);
        var body = new RequestBody(content, reading.Token);
        try
        {
            using var json = await body.ReadAsync(jsonBytes);
            var request = InferRequestReader.Read(json.Written.Span);
            using var lease = Acquire(model, version, out var mode);
            using var call = await OpenAsync(request, lease, mode, json.Written, body);
            var outputs = Outputs(request, call.Served);
            await scoring.ScoreAsync(call, cancellation);
            return new InferResponseWriter(model, request, lease.Bundle, call).Write(outputs);
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new RefusedException(StatusCodes.Status408RequestTimeout, $"the body did not come within {options.BodyTimeout}");
        }
    }

    /// <summary>Takes a request's tensors in.</summary>
    private async Task<ScoringCall> OpenAsync(InferRequest request, BundleLease lease, ScoringMode mode, ReadOnlyMemory<byte> json, RequestBody body)
    {
        var inputs = RequestShape.Match(request, lease.Bundle.Served(mode));
        var call = scoring.Open(lease, mode, RequestShape.Rows(request, inputs));
        try
        {
            for (var index = 0; index < inputs.Length; index++)
            {
                await FillAsync(call, inputs[index], request.Inputs[index], json, body);
            }

            await body.EndAsync();
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private ScoringMode ModeOf(string model) =>
        model == options.ModelName ? ScoringMode.Joined
        : model == rawName ? ScoringMode.Raw
        : throw new RefusedException(StatusCodes.Status404NotFound, $"no model '{Shown(model)}'; there are '{options.ModelName}' and '{rawName}'");

    private static (ServedOutput Output, bool Binary)[] Outputs(InferRequest request, ServedModel served) => request.Outputs is null
        ? [.. served.Outputs.Select(output => (output, request.BinaryOutputs))]
        : [.. request.Outputs.Select(output => (served.Output(output.Name), output.Binary ?? request.BinaryOutputs))];

    private static async ValueTask FillAsync(ScoringCall call, ServedInput input, InferInput given, ReadOnlyMemory<byte> json, RequestBody body)
    {
        if (input.IsKeys)
        {
            call.SetKeys(input, await TextAsync(given, json, body));
        }
        else if (RequestShape.IsWords(given, input))
        {
            call.SetWords(input, await TextAsync(given, json, body));
        }
        else if (given.BinaryBytes is { } bytes)
        {
            await body.FillAsync(Memory, (call, input), bytes);
        }
        else if (input.Kind == ServedKind.Float32)
        {
            JsonTensor.Read(json.Span, given, call.Float32(input));
        }
        else
        {
            JsonTensor.Read(json.Span, given, call.Int64(input));
        }
    }

    private static async ValueTask<string[]> TextAsync(InferInput given, ReadOnlyMemory<byte> json, RequestBody body)
    {
        var count = RequestShape.Count(given);
        return given.BinaryBytes is { } bytes ? await body.ReadTextAsync(given.Name, count, bytes) : JsonTensor.ReadText(json.Span, given, count);
    }

    private static Span<byte> Memory((ScoringCall Call, ServedInput Input) place) => place.Input.Kind == ServedKind.Float32
        ? MemoryMarshal.AsBytes(place.Call.Float32(place.Input))
        : MemoryMarshal.AsBytes(place.Call.Int64(place.Input));

    private static string Shown(string name) => name.Length <= 128 ? name : name[..128] + "…";
}
