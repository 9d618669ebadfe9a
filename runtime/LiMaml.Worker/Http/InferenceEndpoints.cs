using System.Globalization;
using System.Text.Json;
using LiMaml.Models;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace LiMaml.Worker.Http;

/// <summary>The addresses of the Open Inference Protocol v2, with its binary tensor extension.</summary>
internal static class InferenceEndpoints
{
    private const string JsonLength = "Inference-Header-Content-Length";

    /// <summary>Gives the server memory that suits bodies full of tensors.</summary>
    public static void AddInference(this IServiceCollection services) => services.AddSingleton<IMemoryPoolFactory<byte>, BodyMemory>();

    /// <summary>Adds them. Bodies beyond <see cref="InferenceOptions.MaxBodyBytes"/> are refused before they are read.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="server">Answers them.</param>
    public static void MapInference(this IEndpointRouteBuilder endpoints, InferenceServer server)
    {
        var errors = new InferenceErrors(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(InferenceEndpoints)));
        foreach (var version in (string[])["", "/versions/{version}"])
        {
            Map("v2/models/{model}" + version, HttpMethods.Get, context => DescribeAsync(context, server));
            Map("v2/models/{model}" + version + "/ready", HttpMethods.Get, context => ModelReadyAsync(context, server));
            Map("v2/models/{model}" + version + "/infer", HttpMethods.Post, context => InferAsync(context, server));
        }

        Map("v2/health/live", HttpMethods.Get, context => StateAsync(context, "live", true));
        Map("v2/health/ready", HttpMethods.Get, context => StateAsync(context, "ready", server.IsReady));
        Map("v2", HttpMethods.Get, ServerAsync);
        endpoints.MapFallback("v2/{**rest}", errors.Guard(context => throw new RefusedException(StatusCodes.Status404NotFound, $"nothing answers {context.Request.Method} here")));

        void Map(string pattern, string method, RequestDelegate answer) => endpoints.MapMethods(pattern, [method], errors.Guard(answer));
    }

    private static async Task InferAsync(HttpContext context, InferenceServer server)
    {
        CheckBody(context, server.Options.MaxBodyBytes);
        using var response = await server.InferAsync(Model(context), Version(context), context.Request.BodyReader, JsonBytes(context), context.RequestAborted);
        if (response.JsonBytes is { } jsonBytes)
        {
            context.Response.Headers[JsonLength] = jsonBytes.ToString(CultureInfo.InvariantCulture);
        }

        await WriteAsync(context, StatusCodes.Status200OK, response.JsonBytes is null ? "application/json" : "application/octet-stream", response.Body);
    }

    private static Task DescribeAsync(HttpContext context, InferenceServer server)
    {
        using var lease = server.Acquire(Model(context), Version(context), out var mode);
        return WriteJsonAsync(context, StatusCodes.Status200OK, json => ModelDescription.Write(json, Model(context), lease.Bundle, lease.Bundle.Served(mode)));
    }

    private static Task ModelReadyAsync(HttpContext context, InferenceServer server)
    {
        using var lease = server.Acquire(Model(context), Version(context), out _);
        return StateAsync(context, "ready", true);
    }

    // The protocol has a 4xx status say 'no'.
    private static Task StateAsync(HttpContext context, string name, bool state) =>
        WriteJsonAsync(context, state ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean(name, state);
            json.WriteEndObject();
        });

    private static Task ServerAsync(HttpContext context) => WriteJsonAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("name", "limaml-worker");
        json.WriteString("version", typeof(InferenceEndpoints).Assembly.GetName().Version?.ToString(3));
        json.WriteStartArray("extensions");
        json.WriteStringValue("binary_tensor_data");
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Writes a JSON response.</summary>
    public static async Task WriteJsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var body = new PooledBuffer(1024);
        using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        await WriteAsync(context, status, "application/json", body);
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, PooledBuffer body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body.Written, context.RequestAborted);
    }

    private static void CheckBody(HttpContext context, int mostBytes)
    {
        if (context.Request.ContentLength > mostBytes)
        {
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"the body has {context.Request.ContentLength} bytes; at most {mostBytes} are accepted");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = mostBytes;
        }

        if (context.Request.Headers.ContentEncoding is [var encoding, ..] && encoding != "identity")
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding '{encoding}' is not accepted: send the body as it is");
        }
    }

    private static int? JsonBytes(HttpContext context)
    {
        var header = context.Request.Headers[JsonLength];
        if (header.Count == 0)
        {
            return null;
        }

        var most = (int)Math.Min(context.Request.ContentLength ?? int.MaxValue, int.MaxValue);
        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= most
            ? bytes
            : throw new InvalidInputException($"header {JsonLength}", $"'{header}'", "the number of bytes of the JSON, at most the body's");
    }

    private static string Model(HttpContext context) => (string)context.Request.RouteValues["model"]!;

    private static string? Version(HttpContext context) => (string?)context.Request.RouteValues.GetValueOrDefault("version");
}
