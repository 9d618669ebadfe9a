using LiMaml.Worker.Tests.Operation;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Scoring over topics on the broker that <c>LIMAML_TEST_KAFKA</c> names.</summary>
public sealed class RealBrokerScoringTests : ScoringTopicsContract
{
    private TestKafka? kafka;
    private string requests = "";

    protected override string Requests => requests;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (kafka is not null)
        {
            await kafka.DisposeAsync();
        }
    }

    protected override async Task<IDisposable> OpenAsync()
    {
        kafka = await TestKafka.ConnectAsync();
        requests = await kafka.CreateAsync("score");
        await kafka.CreateAsync("score.responses");
        kafka.Name("events.dead-letters");
        return new WorkerRig(TestKafka.Address, await kafka.CreateAsync("events"), kafka.Group);
    }
}
