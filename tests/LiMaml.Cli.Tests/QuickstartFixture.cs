namespace LiMaml.Cli.Tests;

/// <summary>One tiny quickstart, whose results the tests of the other commands start from and do not change.</summary>
public sealed class QuickstartFixture : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public string Folder => folder["quickstart"];

    public string Output { get; private set; } = "";

    public string Dataset => this["dataset"];

    public string Package => this["package"];

    public string this[string name] => Path.Combine(Folder, name);

    public async ValueTask InitializeAsync() =>
        Output = await CommandRun.SucceedAsync("quickstart", "--rows", "3000", "--epochs", "1", "--out", Folder);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests that share the quickstart.</summary>
[CollectionDefinition(Name)]
public sealed class QuickstartCollection : ICollectionFixture<QuickstartFixture>
{
    public const string Name = "quickstart";
}
