using System.Text.Json;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>Turns what goes wrong into the protocol's errors: a status and <c>{"error": "…"}</c>.</summary>
internal sealed class InferenceErrors(ILogger logger)
{
    /// <summary>Answers a request, or says why not.</summary>
    public RequestDelegate Guard(RequestDelegate answer) => async context =>
    {
        try
        {
            await answer(context);
        }
        catch (Exception error) when (context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            // Nobody is left to be told.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, error);
        }
    };

    /// <summary>An error's body.</summary>
    public static byte[] Body(string message)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            Write(json, message);
        }

        return body.ToArray();
    }

    private async Task RefuseAsync(HttpContext context, Exception error)
    {
        var (status, message) = Describe(error);
        if (status == StatusCodes.Status500InternalServerError)
        {
            logger.LogError(error, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
        }

        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await InferenceEndpoints.WriteJsonAsync(context, status, json => Write(json, message));
    }

    private static void Write(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WriteString("error", message);
        json.WriteEndObject();
    }

    /// <summary>The status and the message that tell a client what went wrong.</summary>
    public static (int Status, string Message) Describe(Exception error) => error switch
    {
        RefusedException refused => (refused.Status, refused.Message),
        InvalidInputException => (StatusCodes.Status400BadRequest, error.Message),
        JsonException => (StatusCodes.Status400BadRequest, $"the JSON can't be read: {error.Message}"),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        ScoringUnavailableException { Reason: UnavailableReason.TimedOut } => (StatusCodes.Status504GatewayTimeout, error.Message),
        ScoringUnavailableException or GenerationUnavailableException or EmbeddingStoreUnavailableException => (StatusCodes.Status503ServiceUnavailable, error.Message),
        _ => (StatusCodes.Status500InternalServerError, "the request failed within the worker; its log says how."),
    };
}
