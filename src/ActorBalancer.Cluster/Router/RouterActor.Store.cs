using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Options;
using ActorBalancer.Ownership;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// The router and its store: registration, lease, and the calls that the dispatcher asks for. A store that answers at once (memory) is used
/// within the turn; one that takes time answers by a private message, and the next turn collects meanwhile.
/// </summary>
internal sealed partial class RouterActor
{
    private void Own()
    {
        if (_released)
            return;
        Moment now = Now();
        TimeSpan lease = _settings.Options.Router.LeaseTime;
        switch (_ownership.Wanted(now))
        {
            case OwnershipCore.Step.Register:
                var row = new NodeRow(_settings.NodeName, Akka.Cluster.Cluster.Get(Context.System).SelfAddress.ToString(), _settings.LifePort);
                Ask(
                    _settings.Store.RegisterAsync(row, lease, CancellationToken.None),
                    answer => OnRegistered(answer, now),
                    answer => new RegisterAnswer(answer, now),
                    () => new RegisterAnswer(null, now));
                break;
            case OwnershipCore.Step.Renew:
                Ask(
                    _settings.Store.RenewAsync(_ownership.Incarnation, lease, CancellationToken.None),
                    answer => OnRenewed(answer, now),
                    answer => new RenewAnswer(answer, now),
                    () => new RenewAnswer(null, now));
                break;
        }
        TakeCare();
        bool may = _ownership.MayAssign(now);
        _settings.Board.IsRegistered = may && _dispatcher is not null;
        _dispatcher?.MayAssign(may);
    }

    private void OnRegistered(Registration? registration, Moment sent)
    {
        _ownership.Registered(registration, sent);
        if (_ownership.Refusal is { } refusal)
        {
            Log.Refused(_log, refusal);
            Context.Parent.Tell(new IRouterProtocol.Refused(refusal));
        }
        if (_ownership.Incarnation == 0)
        {
            EndTurnSoon();
            return;
        }
        Log.Registered(_log, _settings.NodeName, _ownership.Incarnation);
        var dispatcher = new Dispatcher(_settings.Options, _ownership.Incarnation, _settings.NodeName, _settings.Seed, Limits())
        {
            Now = Now(),
            OpensAtStart = _settings.OpensAtStart,
        };
        _dispatcher = dispatcher;
        dispatcher.KindsKnown(_settings.OwnKinds);
        // Who had jobs of the last incarnation says what it runs before those are given to others (rule 9).
        dispatcher.AwaitWorkers(_workers.Names);
        _former = _workers;
        _workers = new WorkerRows();
        _settings.Metrics.Tell(new IMetricsProtocol.SendWeightsTo(Self));
        _settings.Metrics.Tell(new IMetricsProtocol.SendSamplesTo(Self));
        _takeover.Registered(_ownership.Incarnation);
        _hasClaimed = false;
        _awaited.Clear();
        _greeted.Clear();
        TellOwners([]);
        TakeCare();
        Resolve();
        foreach ((object message, IActorRef sender) in _early)
            Self.Tell(message, sender);
        _early.Clear();
        _unshown = true;
        EndTurnSoon();
    }

    /// <summary>A durable store keeps what waits; the memory store has it in this process anyway, so that it must be bounded.</summary>
    private DispatchLimits Limits() => _settings.Store is MemoryJobStore
        ? DispatchLimits.Memory(_settings.Options.Memory.MaxWaiting)
        : DispatchLimits.Durable with { ReservesInMemory = _settings.Options.Store == StoreNames.Sqlite };

    private void OnRenewed(bool? prolonged, Moment sent)
    {
        _ownership.Renewed(prolonged, sent);
        if (prolonged == false)
            Fenced();
        else if (prolonged == true)
            Resolve();
        EndTurnSoon();
    }

    /// <summary>This incarnation owns nothing any more. Workers keep what they run and offer it to the next one.</summary>
    private void Fenced()
    {
        Log.Fenced(_log, _settings.NodeName);
        _ownership.Fenced();
        _takeover.Lost();
        if (_dispatcher is { } former)
        {
            former.Disowned();
            TellMoved(former.Effects);
        }
        _settings.Board.IsRegistered = false;
        _settings.Board.IsStoreAway = false;
        _dispatcher = null;
        Keep(CommitResult.Fenced);
        TellOwners([]);
        EndTurnSoon();
    }

    private void OnRelease(IActorRef sender)
    {
        _released = true;
        _settings.Board.IsRegistered = false;
        _dispatcher?.MayAssign(false);
        if (_ownership.Incarnation == 0)
        {
            sender.Tell(IRouterProtocol.Released.Instance);
            return;
        }
        _settings.Store.ReleaseAsync(_ownership.Incarnation, CancellationToken.None).AsTask()
            .ContinueWith(_ => new ReleaseAnswer(sender), TaskScheduler.Default)
            .PipeTo(Self);
    }

    /// <summary>The queues are free: the other routers need not wait until they look.</summary>
    private void OnReleased(IActorRef sender)
    {
        TellOwners([]);
        foreach (RouterRow router in _directory.Routers.Where(r => r.Incarnation != _ownership.Incarnation))
            RouterAt(router).Tell(new IGatewayProtocol.Owners(0, []));
        sender.Tell(IRouterProtocol.Released.Instance);
    }

    /// <summary>Does what the dispatcher wants until it wants nothing more that can be done at once.</summary>
    private void CarryOut()
    {
        bool again = true;
        while (again && _dispatcher is { } dispatcher)
        {
            dispatcher.Now = Now();
            dispatcher.Flush();
            again = AskStore(dispatcher);
            Speak(dispatcher.Effects);
            dispatcher.Effects.Clear();
        }
        KeepIdle();
    }

    /// <summary>True: the store has answered something already, so the turn goes on.</summary>
    private bool AskStore(Dispatcher dispatcher)
    {
        DispatchEffects effects = dispatcher.Effects;
        bool answered = false;
        for (int i = 0; i < effects.OpenQueues.Count; i++)
        {
            string name = effects.OpenQueues[i];
            answered |= Ask(
                _settings.Store.OpenQueueAsync(dispatcher.Incarnation, name, CancellationToken.None),
                row => OnOpened(dispatcher, name, row),
                row => new Answer(dispatcher, d => OnOpened(d, name, row)),
                () => new Answer(dispatcher, d => d.QueueUnavailable(name)));
        }
        for (int i = 0; i < effects.Loads.Count; i++)
        {
            LoadQuery query = effects.Loads[i];
            answered |= Ask(
                _settings.Store.LoadAsync(query, CancellationToken.None),
                jobs => dispatcher.Loaded(query, jobs),
                jobs => new Answer(dispatcher, d => d.Loaded(query, jobs)),
                () => new Answer(dispatcher, d => d.Loaded(query, null)));
        }
        effects.Loads.Clear();
        if (effects.Commit is { } commit)
        {
            _commits++;
            answered |= Ask(
                _settings.Store.CommitAsync(commit, CancellationToken.None),
                result => CommittedAtOnce(dispatcher, result),
                result => new CommitAnswer(dispatcher, result),
                () => new CommitAnswer(dispatcher, CommitResult.Unknown));
        }
        if (effects.Unknown is { } unknown)
            _unknown.Add(unknown);
        if (effects.Fenced)
            Fenced();
        return answered;
    }

    /// <summary>Feeds the answer at once when it is there, else by a message later. True: at once.</summary>
    private bool Ask<T>(ValueTask<T> call, Action<T> now, Func<T, object> later, Func<object> failed)
    {
        if (call.IsCompletedSuccessfully)
        {
            now(call.Result);
            return true;
        }
        call.AsTask().PipeTo(Self, Self, later, error =>
        {
            Log.StoreFailed(_log, error);
            return failed();
        });
        return false;
    }
}
