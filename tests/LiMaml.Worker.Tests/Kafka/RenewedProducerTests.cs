using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>A producer that outlives fatal errors of its client.</summary>
public sealed class RenewedProducerTests : IDisposable
{
    private readonly StreamRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task Next_AfterEachFatalError_IsAProducerThatDelivers()
    {
        using var producers = new RenewedProducer<string, string>(rig.Options, rig.Log);
        foreach (var value in new[] { "first", "second", "third" })
        {
            var producer = producers.Next();
            await Send(producer, value);
            Assert.Same(producer, producers.Next());

            Break(producer);
            await Assert.ThrowsAsync<ProduceException<string, string>>(() => Send(producer, "lost"));
            StreamRig.Await(() => producers.Next() != producer, () => $"{rig.Log}");
        }

        Assert.Equal(["first", "second", "third"], TopicReader.ReadAll(rig.Options.BootstrapServers, rig.Topic).Select(record => Encoding.UTF8.GetString(record.Value!)));

        Task<DeliveryResult<string, string>> Send(IProducer<string, string> producer, string value) =>
            producer.ProduceAsync(new TopicPartition(rig.Topic, 0), new Message<string, string> { Key = "key", Value = value });
    }

    /// <summary>As if the broker had said that this producer is unknown to it.</summary>
    private static void Break(IProducer<string, string> producer)
    {
        var handle = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(producer.Handle)!;
        var raise = Marshal.GetDelegateForFunctionPointer<RaiseFatalError>(NativeLibrary.GetExport(MockCluster.LoadedLibrary, "rd_kafka_test_fatal_error"));
        var reason = Marshal.StringToCoTaskMemUTF8("asked for by a test");
        Assert.Equal(0, raise(handle.DangerousGetHandle(), (int)ErrorCode.OutOfOrderSequenceNumber, reason));
        Marshal.FreeCoTaskMem(reason);
    }

    private delegate int RaiseFatalError(nint client, int error, nint reason);
}
