using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace LiMaml.Worker.Kafka;

/// <summary>Headers of records that are written on: as they came, and where they came from.</summary>
internal static class RecordHeaders
{
    /// <summary>Header: the topic that the record came from.</summary>
    public const string Topic = "limaml-topic";

    /// <summary>Header: the partition, a decimal number.</summary>
    public const string Partition = "limaml-partition";

    /// <summary>Header: the offset, a decimal number.</summary>
    public const string Offset = "limaml-offset";

    /// <summary>A copy to add to.</summary>
    public static Headers Copy(Headers? headers)
    {
        var copy = new Headers();
        foreach (var header in headers ?? [])
        {
            copy.Add(header);
        }

        return copy;
    }

    /// <summary>Says where the record stood.</summary>
    public static void AddSource(Headers headers, TopicPartitionOffset source)
    {
        headers.Add(Topic, Utf8(source.Topic));
        headers.Add(Partition, Utf8(source.Partition.Value));
        headers.Add(Offset, Utf8(source.Offset.Value));
    }

    /// <summary>A text as a header's value.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A number as a header's value.</summary>
    public static byte[] Utf8(long number) => Utf8(number.ToString(CultureInfo.InvariantCulture));
}
