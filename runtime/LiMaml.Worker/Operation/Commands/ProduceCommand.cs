using System.CommandLine;
using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker produce</c>.</summary>
internal static class ProduceCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var dataset = new Option<string>("--dataset", "-d") { Description = "Folder of a prepared dataset.", Required = true, HelpName = "folder" };
        var splits = new Option<Split[]>("--split") { Description = "Which rows: train, validation or test. May be given several times. Default: test.", DefaultValueFactory = _ => [Split.Test] };
        var rate = new Option<double?>("--rate") { Description = "Events a second. Default: as fast as the broker takes them.", HelpName = "number" };
        var speed = new Option<double?>("--speed") { Description = "Play at this multiple of the recorded speed; 1 is as it happened.", HelpName = "number" };
        var limit = new Option<long?>("--limit") { Description = "Most events to send.", HelpName = "count" };
        var task = Arguments.Task();
        var command = new Command("produce", "Play a prepared dataset into the topic as the events that its rows were: for demonstrations, load tests and backfill. Records are keyed by task.")
        {
            dataset, splits, rate, speed, limit, task,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var kafka = Kafka(result);
            var source = Dataset.Open(result.GetRequiredValue(dataset));
            using var producer = new EventProducer(kafka, EventSchema.For(source.Schema), result.GetValue(task));
            var pace = new Pace { EventsPerSecond = result.GetValue(rate), Speed = result.GetValue(speed), MaxCount = result.GetValue(limit) };
            var sent = await producer.SendAsync(DatasetReplay.Read(source, result.GetRequiredValue(splits), null, cancellation), pace, null, cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"sent {sent} events to {kafka.Topic}"));
        });
        return command;
    }

    // Nothing of the worker itself is needed here: no package, no state.
    private static KafkaOptions Kafka(ParseResult result)
    {
        var builder = new ConfigurationBuilder();
        WorkerConfiguration.Add(builder, CommandLine.Configuration(result));
        return WorkerSettings.ReadKafka(builder.Build());
    }
}
