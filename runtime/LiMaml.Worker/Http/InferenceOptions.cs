using LiMaml.Models;

namespace LiMaml.Worker.Http;

/// <summary>What the HTTP endpoints of the Open Inference Protocol serve, and what is too much for them.</summary>
public sealed record InferenceOptions
{
    /// <summary>
    /// Name of the model that joins embeddings by task key; the one that is given embeddings is called so with <c>-global</c>
    /// behind. 1 to 128 ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Default <c>limaml</c>.
    /// </summary>
    public string ModelName { get; init; } = "limaml";

    /// <summary>Most bytes of a request's body, 1,024 to 1,073,741,824. Default 64 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>
    /// How long a client may take to send a body, from 10 milliseconds to one hour. Default 10 seconds. A request keeps the bundle
    /// that it began with, so this also bounds how long a replaced bundle stays.
    /// </summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the option, its value and what would be accepted.</exception>
    public void Validate()
    {
        if (ModelName.Length is 0 or > 128 || !ModelName.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.'))
        {
            throw new InvalidInputException(nameof(ModelName), $"'{ModelName}'", "1 to 128 ASCII letters, digits, '_', '-' and '.'");
        }

        if (MaxBodyBytes is < 1024 or > 1 << 30)
        {
            throw new InvalidInputException(nameof(MaxBodyBytes), $"{MaxBodyBytes}", $"1024 to {1 << 30}");
        }

        if (BodyTimeout < TimeSpan.FromMilliseconds(10) || BodyTimeout > TimeSpan.FromHours(1))
        {
            throw new InvalidInputException(nameof(BodyTimeout), $"{BodyTimeout}", "00:00:00.010 to 01:00:00");
        }
    }
}
