using LiMaml.Models;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Which topics are read, and what for. Of a model with one task definition the events' topic alone, into windows. Of one
/// with several an event belongs to a task of each, keyed differently: the events' topic is re-keyed to one topic for each
/// definition, so that Kafka brings a task's events together, and windows are kept of those.
/// </summary>
internal sealed class TaskTopics
{
    private const int LongestName = 249;
    private readonly WindowOptions windows;
    private readonly Dictionary<string, string> taskOf;

    private TaskTopics(string source, WindowOptions windows, Dictionary<string, string> taskOf)
    {
        (Source, this.windows, this.taskOf) = (source, windows, taskOf);
    }

    /// <summary>The events' topic.</summary>
    public string Source { get; }

    /// <summary>Whether events are re-keyed.</summary>
    public bool AreRekeyed => taskOf.Count > 0;

    /// <summary>The topics of the task definitions, none where events are not re-keyed.</summary>
    public IReadOnlyCollection<string> OfTasks => taskOf.Keys;

    /// <summary>The topics whose events windows are kept of.</summary>
    public IReadOnlyCollection<string> WithWindows => AreRekeyed ? OfTasks : [Source];

    /// <summary>All topics to read.</summary>
    public IReadOnlyList<string> All => [Source, .. taskOf.Keys];

    /// <summary>The topics for a model.</summary>
    /// <param name="options">Names of topics.</param>
    /// <param name="windows">Which task definitions have windows.</param>
    /// <param name="tasks">The model's task definitions.</param>
    /// <exception cref="InvalidInputException">A definition's topic has a name that Kafka does not take, or that is taken already.</exception>
    public static TaskTopics Of(KafkaOptions options, WindowOptions windows, IReadOnlyCollection<string> tasks)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var task in tasks.Count < 2 ? [] : tasks.Where(task => windows.Tasks?.Contains(task) != false))
        {
            var topic = options.TaskTopicOf(task);
            var legal = topic.Length <= LongestName && topic.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
            if (!legal || topic == options.Topic || topic == options.DeadLetters || !taken.TryAdd(topic, task))
            {
                throw new InvalidInputException(
                    "Kafka:TaskTopics", $"'{topic}' for task definition '{task}'", $"at most {LongestName} letters, digits, '.', '_' or '-', and a topic that is used for nothing else");
            }
        }

        return new TaskTopics(options.Topic, windows, taken);
    }

    /// <summary>Whether a topic's events are re-keyed rather than kept.</summary>
    public bool IsRekeyed(string topic) => AreRekeyed && topic == Source;

    /// <summary>The topic whose partitions have a definition's windows.</summary>
    public string TopicOf(string task) => taskOf.FirstOrDefault(entry => entry.Value == task).Key ?? Source;

    /// <summary>What is kept of the events of a topic: of a definition's topic its tasks alone.</summary>
    public WindowOptions WindowsOf(string topic) => !AreRekeyed ? windows : windows with { Tasks = taskOf.TryGetValue(topic, out var task) ? [task] : [.. taskOf.Values] };
}
