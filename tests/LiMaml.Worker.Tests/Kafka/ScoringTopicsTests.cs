using LiMaml.Worker.Tests.Operation;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class ScoringTopicsTests : ScoringTopicsContract
{
    protected override string Requests => "score";

    protected override Task<IDisposable> OpenAsync()
    {
        var rig = new WorkerRig();
        rig.Broker.CreateTopic(Requests, 2);
        rig.Broker.CreateTopic(Requests + ".responses", 1);
        return Task.FromResult<IDisposable>(rig);
    }
}
