using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>Which router owns what: told to the gateways, and to those that ask the wrong one.</summary>
internal sealed partial class RouterActor
{
    private readonly QueueDirectory _directory = new();
    private readonly HashSet<IActorRef> _ownerWatchers = [];

    private void OnWatchOwners(IActorRef gateway)
    {
        SubmitterOf(gateway);
        _ownerWatchers.Add(gateway);
        gateway.Tell(new IGatewayProtocol.Owners(_dispatcher?.Incarnation ?? 0, [.. _directory.All.Select(Owner)]));
    }

    private void TellOwners(QueueOwner[] news)
    {
        IGatewayProtocol.Owners message = new(_released ? 0 : _dispatcher?.Incarnation ?? 0, news);
        foreach (IActorRef gateway in _ownerWatchers)
            gateway.Tell(message);
    }

    /// <summary>What the store said of queues; of its own this router knows more than an answer that was on its way.</summary>
    private void Learn(IReadOnlyList<QueueRow> rows)
    {
        List<QueueOwner> news = [];
        foreach (QueueRow row in rows)
        {
            QueueRow now = _dispatcher is { } d && d.Owns(row.Name) ? row with { Owner = d.Incarnation } : row;
            if (_directory.Set(now))
                news.Add(Owner(now));
        }
        if (news.Count > 0)
            TellOwners([.. news]);
    }

    private static QueueOwner Owner(QueueRow row) => new(row.Name, row.Number, row.Owner);

    private bool IsElsewhere(string queue) => !_dispatcher!.Owns(queue) && _directory.Find(queue) is { Owner: > 0 } row && row.Owner != _dispatcher.Incarnation;

    /// <summary>False: the question is another router's to answer, or will be when the queue has an owner; its gateway asks there.</summary>
    private bool IsOurs(IGatewayProtocol question, IActorRef asker, bool isNews)
    {
        (bool owned, QueueRow? row) = question switch
        {
            IGatewayProtocol.GetJob m => (_dispatcher!.Owns(m.Key), _directory.Find(m.Key)),
            IGatewayProtocol.CancelJob m => (_dispatcher!.Owns(m.Key), _directory.Find(m.Key)),
            IGatewayProtocol.RetryJob m => (_dispatcher!.Owns(m.Key), _directory.Find(m.Key)),
            IGatewayProtocol.SetQueue m => (_dispatcher!.Owns(m.Queue), _directory.Find(m.Queue)),
            _ => (true, null),
        };
        // Until the first claim is answered nobody knows what is ours.
        if (owned)
            return true;
        if (row is null && isNews && question is not IGatewayProtocol.GetJob)
        {
            // Made by another router a moment ago, or not at all.
            Ask(
                LookAsync(),
                found => OnNews(question, asker, found.Queues),
                found => new Reply(() => OnNews(question, asker, found.Queues)),
                () => new Reply(() => asker.Tell(new IGatewayProtocol.DoneAnswer(question.Ticket, RefusalCode.StoreUnavailable, StoreFailed))));
            return false;
        }
        // The store can show a job whose owner is gone.
        bool canTell = question is IGatewayProtocol.GetJob && (row is null || row.Owner == 0 || _directory.NameOf(row.Owner).Length == 0);
        if (row is null || canTell)
            return true;
        asker.Tell(new IGatewayProtocol.Moved(question.Ticket));
        return false;
    }

    private void OnNews(IGatewayProtocol question, IActorRef asker, IReadOnlyList<QueueRow> queues)
    {
        Learn(queues);
        if (_dispatcher is null)
            asker.Tell(new IGatewayProtocol.Moved(question.Ticket));
        else
            OnQuestion(question, asker, isNews: false);
    }

    /// <summary>Our own as we know them, the others as the store does: what runs there, their owners say.</summary>
    private QueueInfo[] Queues()
    {
        List<QueueInfo> queues = [.. Turn().Queues()];
        foreach (QueueRow row in _directory.All)
        {
            if (_dispatcher!.Owns(row.Name))
                continue;
            string strategy = row.Strategy ?? _settings.Options.Queue(row.Name).Strategy;
            StrategyCatalog.TryGet(strategy, out StrategyInfo? info);
            Binding binding = row.Binding ?? (row.Strategy is null ? _settings.Options.Queue(row.Name).Binding : null)
                ?? info?.DefaultBinding ?? Binding.Late;
            queues.Add(new QueueInfo(
                row.Name, row.Paused, strategy, binding, row.Ready, 0, row.Later, row.Dead, _directory.NameOf(row.Owner), row.Owner, [])
            {
                Weights = row.Weights ?? (row.Strategy is null ? _settings.Options.Queue(row.Name).Weights : null) ?? info?.DefaultWeights ?? WeightSource.Static,
            });
        }
        queues.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. queues];
    }

    private void OnDescribe(IGatewayProtocol.DescribeJobs describe, IActorRef asker)
    {
        List<JobInfo> present = [];
        foreach (long key in describe.Keys)
        {
            if (_dispatcher is not null && Turn().Describe(key) is { } job)
                present.Add(With(job, new JobInfo { Id = new JobId(key), Kind = "", Queue = "", Source = "", State = default, SubmittedAt = default, Attempt = 0, Attempts = [] }) with { Attempts = [] });
        }
        asker.Tell(new IGatewayProtocol.JobsAnswer(describe.Ticket, [.. present], null));
    }
}
