using System.CommandLine;
using System.Text;
using LiMaml.Benchmarks;
using LiMaml.Benchmarks.Benchmarks;

Benchmark[] benchmarks = [new MetricsBenchmark()];

var names = new Argument<string[]>("names")
{
    Description = $"Which to run, all if none is named: {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}.",
    Arity = ArgumentArity.ZeroOrMore,
};
names.AcceptOnlyFromAmong([.. benchmarks.Select(benchmark => benchmark.Name)]);
var rounds = new Option<int>("--rounds") { Description = "Timed rounds.", DefaultValueFactory = _ => 15 };
var warmUp = new Option<int>("--warm-up") { Description = "Rounds before them.", DefaultValueFactory = _ => 3 };
var output = new Option<FileInfo?>("--output", "-o") { Description = "A Markdown file to write besides printing." };
rounds.Validators.Add(result => RejectBelow(result, rounds, 1));
warmUp.Validators.Add(result => RejectBelow(result, warmUp, 0));

var root = new RootCommand("Times variants of LiMaml's work against each other.") { names, rounds, warmUp, output };
root.SetAction(result =>
{
    var chosen = result.GetValue(names) is { Length: > 0 } some ? benchmarks.Where(benchmark => some.Contains(benchmark.Name)) : benchmarks;
    Run(chosen, new AlternatingRunner(result.GetValue(rounds), result.GetValue(warmUp)), result.GetValue(output));
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
            Print(MarkdownReport.Of(benchmark, runner.Run(benchmark.Prepare())));
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
