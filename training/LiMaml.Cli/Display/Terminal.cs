using Spectre.Console;

namespace LiMaml.Cli.Display;

/// <summary>Where results and messages go: a person's terminal, or plain lines where output is redirected.</summary>
internal sealed class Terminal
{
    private readonly IAnsiConsole? console;

    private Terminal(TextWriter output, TextWriter error, IAnsiConsole? console, TimeProvider clock)
    {
        Output = output;
        Error = error;
        Clock = clock;
        this.console = console;
    }

    /// <summary>Results.</summary>
    public TextWriter Output { get; }

    /// <summary>Faults.</summary>
    public TextWriter Error { get; }

    /// <summary>Measures time.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, Console.IsOutputRedirected ? null : AnsiConsole.Console, TimeProvider.System);

    /// <summary>Plain lines to the given writers.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error, TimeProvider? clock = null) => new(output, error, null, clock ?? TimeProvider.System);

    /// <summary>A person's terminal.</summary>
    public static Terminal Interactive(IAnsiConsole console, TextWriter error) => new(console.Profile.Out.Writer, error, console, TimeProvider.System);

    /// <summary>Writes a line of text; above the bar where one is shown.</summary>
    public void WriteLine(string text = "")
    {
        if (console is null)
        {
            Output.WriteLine(text);
        }
        else
        {
            console.WriteLine(text);
        }
    }

    /// <summary>Writes one line about a fault, whatever line breaks the message has.</summary>
    public void Fault(string message) =>
        Error.WriteLine("limaml: " + string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));

    /// <summary>Writes a table.</summary>
    public void Write(TextTable table)
    {
        if (console is null)
        {
            Output.Write(table.ToText());
        }
        else
        {
            console.Write(table.ToSpectre());
        }
    }

    /// <summary>Does some work and shows how far it is: a bar that moves for people, a line every few seconds otherwise.</summary>
    /// <param name="work">The work; it may report from any thread.</param>
    public async Task<T> WithProgressAsync<T>(Func<IProgress<Progress>, Task<T>> work)
    {
        if (console is null)
        {
            return await work(new ProgressLines(Output, Clock));
        }

        return await console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn())
            .StartAsync(context => work(new ProgressBars(context, Clock)));
    }
}
