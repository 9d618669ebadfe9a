using System.Text.Json;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>Windows as JSON lines: task, key and samples, oldest first.</summary>
internal static class WindowExport
{
    /// <summary>Writes a line for each window.</summary>
    public static void Write(IEnumerable<Window> windows, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, JsonEventWriter.Options);
        foreach (var window in windows)
        {
            json.WriteStartObject();
            json.WriteString("task", window.Task);
            json.WriteString("key", window.Key);
            json.WriteStartArray("samples");
            foreach (var sample in window.Samples)
            {
                JsonEventWriter.Write(json, sample);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    }
}
