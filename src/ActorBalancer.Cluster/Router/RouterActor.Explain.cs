using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>Why: the recent decisions about a job, and a queue's weights over time.</summary>
internal sealed partial class RouterActor
{
    /// <summary>Of what another router decided before, nothing is known here.</summary>
    private JobInfo WithDecisions(JobInfo job) => Dispatcher is null ? job : job with { Decisions = _core.Turn().Explain(job.Id.Key) };

    private void OnWeights(IGatewayProtocol.GetWeights question, IActorRef asker)
    {
        if (_core.Turn().WeightsOf(question.Queue, question.Changes) is { } weights)
            asker.Tell(new IGatewayProtocol.WeightsAnswer(question.Ticket, weights));
        else if (_core.Directory.Find(question.Queue) is { Owner: > 0 } row && row.Owner != Dispatcher!.Incarnation)
            asker.Tell(new IGatewayProtocol.Moved(question.Ticket));
        else
            asker.Tell(new IGatewayProtocol.DoneAnswer(question.Ticket, RefusalCode.NotFound, $"there is no queue '{question.Queue}'; a queue exists from its first job"));
    }
}
