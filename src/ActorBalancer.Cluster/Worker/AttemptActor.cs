using Akka.Actor;
using Akka.Event;
using Akka.Routing;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// One attempt at a job by an actor: the sender of the job's message, so that whoever answers it answers here, whether that is the actor
/// itself, one that it passed the job on to, or one on another node. It is the parent of an actor that is made for the attempt.
/// </summary>
internal sealed class AttemptActor(ActorAttempt attempt) : UntypedActor, IWithTimers
{
    /// <summary>
    /// How long the actor may take to answer once it is told to stop: less than the worker waits, so that an actor costs no slot. One that
    /// was made for the attempt is stopped then.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private CancellationTokenRegistration _cancellation;
    private IActorRef _actor = ActorRefs.Nobody;
    private Exception? _fault;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ActorAttempt attempt) => Akka.Actor.Props.Create(() => new AttemptActor(attempt));

    protected override void PreStart()
    {
        try
        {
            _actor = Context.Watch(attempt.Actor ?? Context.ActorOf(attempt.Props!, "actor"));
            _actor.Tell(attempt.Message, Self);
            IActorRef self = Self;
            _cancellation = attempt.Job.Cancellation.Register(() => self.Tell(Cancelled.Instance, ActorRefs.NoSender));
        }
        catch (Exception fault)
        {
            // Props that cannot be used, or a message that cannot be told. Thrown from here it would end this actor without a word to the slot.
            End(a => a.Ended.TrySetException(fault));
        }
    }

    protected override void PostStop()
    {
        _cancellation.Dispose();
        attempt.Ended.TrySetException(new InvalidOperationException("the node's actors ended before the job's actor answered"));
    }

    /// <summary>The queue's policy says whether the job runs again, in a new actor; what its actor's own children do is its own affair.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(fault =>
    {
        _fault = fault;
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Cancelled: OnCancelled(); break;
            case GraceOver: End(a => a.Ended.TrySetCanceled()); break;
            case Terminated m when m.ActorRef.Equals(_actor): OnEnded(); break;
            case Status.Failure m: End(a => a.Ended.TrySetException(m.Cause ?? new InvalidOperationException("the actor answered with a failure and no cause"))); break;
            case Status.Success m: End(a => a.Ended.TrySetResult(m.Status ?? Akka.Done.Instance)); break;
            case Exception m: End(a => a.Ended.TrySetException(m)); break;
            default: End(a => a.Ended.TrySetResult(message)); break;
        }
    }

    private void OnCancelled()
    {
        _log.Debug("Job {Job} is cancelled: its actor is told", attempt.Job.Id);
        JobCancelled cancelled = new(attempt.Job.Id.ToString());
        // Only a router's routees know which of them has the job.
        _actor.Tell(_actor is ActorRefWithCell { Underlying.Props.RouterConfig: not (null or NoRouter) } ? new Broadcast(cancelled) : cancelled);
        Timers.StartSingleTimer(nameof(GraceOver), GraceOver.Instance, Grace);
    }

    private void OnEnded()
    {
        if (attempt.Job.IsCancelled)
            End(a => a.Ended.TrySetCanceled());
        else
            End(a => a.Ended.TrySetException(_fault ?? new InvalidOperationException("the job's actor ended without an answer")));
    }

    private void End(Action<ActorAttempt> tell)
    {
        tell(attempt);
        Context.Stop(Self);
    }

    private sealed record Cancelled
    {
        public static Cancelled Instance { get; } = new();
    }

    private sealed record GraceOver
    {
        public static GraceOver Instance { get; } = new();
    }
}
