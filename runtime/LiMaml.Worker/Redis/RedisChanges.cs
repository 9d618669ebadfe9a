using StackExchange.Redis;

namespace LiMaml.Worker.Redis;

/// <summary>Commands that take place together, or not at all where a condition does not hold.</summary>
/// <param name="transaction">Empty as yet.</param>
internal sealed class RedisChanges(ITransaction transaction)
{
    private readonly List<Task> commands = [];

    /// <summary>Adds a condition.</summary>
    public void If(Condition condition) => transaction.AddCondition(condition);

    /// <summary>Adds a command.</summary>
    public void Add(Func<ITransaction, Task> command) => commands.Add(command(transaction));

    /// <summary>Runs the commands.</summary>
    /// <returns>False where a condition did not hold.</returns>
    public async Task<bool> CommitAsync()
    {
        var committed = await transaction.ExecuteAsync();
        if (committed)
        {
            await Task.WhenAll(commands); // a command may have failed by itself
        }

        return committed;
    }
}
