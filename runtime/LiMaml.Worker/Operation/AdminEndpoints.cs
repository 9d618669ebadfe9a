using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiMaml.Models;
using LiMaml.Models.Json;

namespace LiMaml.Worker.Operation;

/// <summary>The addresses below <c>/admin</c>, for operators: refused from other machines unless a token is set and given.</summary>
internal static class AdminEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints, Operations operations, WorkerOptions options)
    {
        var admin = endpoints.MapGroup("/admin");
        admin.AddEndpointFilter(async (context, next) => IsAllowed(context.HttpContext, options.AdminToken)
            ? await AnswerAsync(context, next)
            : Results.Json(new { error = "only from this machine, or with the token" }, statusCode: StatusCodes.Status403Forbidden));
        admin.MapPost("/refresh", async (CancellationToken cancellation) => Json(await operations.RefreshAsync(cancellation)));
        admin.MapPost("/rollback", async (CancellationToken cancellation) => Json(await operations.RollbackAsync(cancellation)));
        admin.MapPost("/forget", async (string key, string? task, CancellationToken cancellation) =>
        {
            await operations.ForgetAsync(task, key, cancellation);
            return Results.NoContent();
        });
        admin.MapGet("/inspect", async (string key, string? task, CancellationToken cancellation) =>
            await operations.InspectAsync(task, key, cancellation) is { } found ? Results.Text(found.ToJsonString(ContractJson.Options), "application/json") : Results.NotFound());
    }

    private static IResult Json<T>(T value) => Results.Text(JsonSerializer.Serialize(value, ContractJson.Options), "application/json");

    private static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (InvalidInputException fault)
        {
            return Results.Json(new { error = fault.Message }, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static bool IsAllowed(HttpContext context, string? token)
    {
        if (token is null)
        {
            return context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        }

        var given = context.Request.Headers.Authorization.ToString();
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + token)));
    }
}
