using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using LiMaml.Models;

namespace LiMaml.Worker.Operation.Commands;

/// <summary>Asks a running worker.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Of the worker at <paramref name="address"/>.</summary>
    public AdminClient(Uri address, string? token)
    {
        http = new HttpClient { BaseAddress = new Uri(address, "admin/"), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>An address with a task in it.</summary>
    public static string Address(string verb, string key, string? task) =>
        $"{verb}?key={Uri.EscapeDataString(key)}{(task is null ? "" : $"&task={Uri.EscapeDataString(task)}")}";

    /// <summary>Has something done.</summary>
    /// <exception cref="InvalidInputException">The worker refuses.</exception>
    public async Task<string?> PostAsync(string address, CancellationToken cancellation) => await AnswerAsync(await http.PostAsync(address, null, cancellation), cancellation);

    /// <summary>Reads something; null where there is none.</summary>
    /// <exception cref="InvalidInputException">The worker refuses.</exception>
    public async Task<string?> GetAsync(string address, CancellationToken cancellation) => await AnswerAsync(await http.GetAsync(address, cancellation), cancellation);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static async Task<string?> AnswerAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.StatusCode switch
            {
                HttpStatusCode.NotFound => null,
                HttpStatusCode.BadRequest or HttpStatusCode.Forbidden => throw new InvalidInputException((string?)JsonNode.Parse(text)?["error"] ?? text),
                _ => response.EnsureSuccessStatusCode() is not null ? text : null,
            };
        }
    }
}
