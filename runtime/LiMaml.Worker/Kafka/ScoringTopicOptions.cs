using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>Scoring requests that come as records and are answered as records (section <c>ScoringTopics</c>).</summary>
public sealed record ScoringTopicOptions
{
    /// <summary>The topic of requests; null (the default) for none.</summary>
    public string? Requests { get; init; }

    /// <summary>The topic of responses; <c>&lt;Requests&gt;.responses</c> where null.</summary>
    public string? Responses { get; init; }

    /// <summary>The consumer group of scorers: each request is answered by one of them. <c>limaml-scoring</c> by default.</summary>
    public string GroupId { get; init; } = "limaml-scoring";

    /// <summary>Most requests in progress at once, 1 to 10,000; 64 by default.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>The topic of responses.</summary>
    internal string ResponseTopic => Responses ?? Requests + ".responses";

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Require(Requests is null || Requests.Length > 0, nameof(Requests), "an empty name", "a topic, or none");
        Require(Requests is null || (ResponseTopic.Length > 0 && ResponseTopic != Requests), nameof(Responses), $"'{Responses}'", "a topic other than Requests");
        Require(GroupId.Length > 0, nameof(GroupId), "nothing", "a name for the consumer group");
        Require(Concurrency is >= 1 and <= 10_000, nameof(Concurrency), $"{Concurrency}", "1 to 10000 requests");
    }

    private static void Require(bool holds, string setting, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException("ScoringTopics:" + setting, found, expected);
        }
    }
}
