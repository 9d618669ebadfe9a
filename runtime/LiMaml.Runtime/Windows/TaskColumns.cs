using System.Text;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>The tasks that events belong to, for the definitions that a store keeps windows of.</summary>
internal sealed class TaskColumns
{
    private const int MaxDefinitions = 255;
    private readonly (byte[] Name, string[] Columns, int[] Places)[] definitions;

    /// <exception cref="InvalidInputException">The schema has no such definition.</exception>
    public TaskColumns(DatasetSchema schema, IReadOnlyList<string>? tasks)
    {
        var chosen = tasks is null ? schema.Tasks : [.. tasks.Distinct().Select(schema.Task)];
        var layout = EventLayout.Of(schema);
        definitions = [.. chosen.Select(task => ((byte[])[.. Encoding.UTF8.GetBytes(task.Name), 0], task.Keys.ToArray(), task.Keys.Select(column => Array.IndexOf(layout.KeyColumns, column)).ToArray()))];
        if (definitions.Length > MaxDefinitions)
        {
            throw new InvalidInputException($"task definitions of schema '{schema.Name}'", $"{definitions.Length}", $"at most {MaxDefinitions}");
        }
    }

    /// <summary>Appends count and tasks of <paramref name="interaction"/>, as the journal has them.</summary>
    /// <returns>Whether there is any.</returns>
    /// <exception cref="InvalidInputException">A key column has a value with U+0000.</exception>
    public bool Write(InteractionEvent interaction, ByteWriter target)
    {
        var start = target.Length;
        target.Byte(0);
        byte count = 0;
        foreach (var (name, columns, _) in definitions)
        {
            if (Key(interaction.Keys, columns) is { } key)
            {
                count++;
                WriteTask(name, key, target);
            }
        }

        target.Written[start] = count;
        return count > 0;
    }

    /// <summary>The same of an event whose key columns all have a value.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="keys">Where in it the value of each key column of the layout is, without U+0000.</param>
    /// <param name="target">As above.</param>
    public bool Write(ReadOnlySpan<byte> text, ReadOnlySpan<Range> keys, ByteWriter target)
    {
        target.Byte((byte)definitions.Length);
        foreach (var (name, _, places) in definitions)
        {
            if (places is [var only] && text[keys[only]] is var key && key.IndexOfAny((byte)'|', (byte)'\\') < 0)
            {
                target.Variable((uint)(name.Length + key.Length));
                target.Bytes(name);
                target.Bytes(key);
                continue;
            }

            var values = new string[places.Length];
            for (var column = 0; column < values.Length; column++)
            {
                values[column] = Encoding.UTF8.GetString(text[keys[places[column]]]);
            }

            WriteTask(name, TaskKey.Join(values), target);
        }

        return definitions.Length > 0;
    }

    private static void WriteTask(byte[] name, string key, ByteWriter target)
    {
        var length = Encoding.UTF8.GetByteCount(key);
        target.Variable((uint)(name.Length + length));
        target.Bytes(name);
        Encoding.UTF8.GetBytes(key, target.Reserve(length));
    }

    /// <summary>The key of the task, or null where a column has no value.</summary>
    private static string? Key(IReadOnlyDictionary<string, string> keys, string[] columns)
    {
        var values = new string[columns.Length];
        for (var column = 0; column < columns.Length; column++)
        {
            if (!keys.TryGetValue(columns[column], out var value))
            {
                return null;
            }

            values[column] = !value.Contains('\0', StringComparison.Ordinal)
                ? value
                : throw new InvalidInputException("event to apply", $"U+0000 in key column '{columns[column]}'", "a valid event");
        }

        return values is [var only] && only.AsSpan().IndexOfAny('|', '\\') < 0 ? only : TaskKey.Join(values);
    }
}
