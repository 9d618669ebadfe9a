using System.CommandLine;
using System.Text;
using LiMaml.Benchmarks;
using LiMaml.Benchmarks.Benchmarks;

Benchmark[] benchmarks = [new TrainingStepBenchmark(), new AdaptBenchmark(), new MetricsBenchmark(), new MemoryBenchmark(), new WindowsBenchmark()];

var names = new Argument<string[]>("names")
{
    Description = $"Which to run, all if none is named: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}.",
    Arity = ArgumentArity.ZeroOrMore,
};
names.AcceptOnlyFromAmong([.. benchmarks.Select(benchmark => benchmark.Name)]);
var rounds = new Option<int>("--rounds") { Description = "Timed rounds.", DefaultValueFactory = _ => 15 };
var warmUp = new Option<int>("--warm-up") { Description = "Rounds before them.", DefaultValueFactory = _ => 3 };
var threads = new Option<int>("--threads") { Description = "Threads that tensor libraries use.", DefaultValueFactory = _ => 2 };
var processorTime = new Option<bool>("--processor-time") { Description = "Measure processor time, for a machine that others use; best with one thread, since waiting threads burn it too." };
var output = new Option<FileInfo?>("--output", "-o") { Description = "A Markdown file to write besides printing." };
rounds.Validators.Add(result => RejectBelow(result, rounds, 1));
warmUp.Validators.Add(result => RejectBelow(result, warmUp, 0));
threads.Validators.Add(result => RejectBelow(result, threads, 1));

var root = new RootCommand("Times variants of LiMaml's work against each other, and watches its memory.") { names, rounds, warmUp, threads, processorTime, output };
root.SetAction(result =>
{
    var chosen = result.GetValue(names) is { Length: > 0 } some ? benchmarks.Where(benchmark => some.Contains(benchmark.Name)) : benchmarks;
    Run(chosen, new AlternatingRunner(result.GetValue(rounds), result.GetValue(warmUp), result.GetValue(threads), result.GetValue(processorTime)), result.GetValue(output));
});
return root.Parse(args).Invoke();

static void Run(IEnumerable<Benchmark> benchmarks, AlternatingRunner runner, FileInfo? output)
{
    var report = new StringBuilder();
    Print(MarkdownReport.Head(runner));
    foreach (var benchmark in benchmarks)
    {
        using (benchmark)
        {
            Print(benchmark.Run(runner));
        }
    }

    if (output is not null)
    {
        File.WriteAllText(output.FullName, report.ToString());
    }

    void Print(string section)
    {
        Console.WriteLine(section);
        report.Append(section).Append('\n');
    }
}

static void RejectBelow(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least)
{
    if (result.GetValue(option) < least)
    {
        result.AddError($"{option.Name} must be {least} or more.");
    }
}
