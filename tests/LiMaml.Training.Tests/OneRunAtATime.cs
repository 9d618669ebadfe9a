namespace LiMaml.Training.Tests;

/// <summary>
/// Tests that train: dropout draws from the process's one generator, so runs side by side would disturb each other, and so would
/// any other test that drew from it.
/// </summary>
[CollectionDefinition(Name)]
public sealed class OneRunAtATime
{
    public const string Name = "one run at a time";
}
