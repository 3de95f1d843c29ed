using Akka.Actor;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// Between the slots, which run tasks, and the actors that handle jobs. The slots may be there before the ActorSystem is and run until after
/// it has ended; <see cref="HandlersActor"/> comes and goes.
/// </summary>
internal sealed class ActorHandlers
{
    private readonly TaskCompletionSource<(IActorRef Actor, ActorSystem System)> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether any kind is handled by an actor.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>The actor under which attempts run is there.</summary>
    public void Started(IActorRef host, ActorSystem system) => _host.TrySetResult((host, system));

    /// <summary>There will be none: every attempt fails at once.</summary>
    public void CannotStart(string why)
    {
        _host.TrySetException(new NotSupportedException(why));
        // Nobody need ask.
        _ = _host.Task.Exception;
    }

    /// <summary>It has ended for good, and all attempts under it.</summary>
    public void Ended() => _over.TrySetResult();

    /// <summary>A handler that has its jobs done by an actor: one that it makes for each attempt, or one that is found.</summary>
    public JobHandler Handler<TArgs>(Func<ReadOnlyMemory<byte>, JobContext, TArgs> read, Func<TArgs, JobContext, object>? message, Props? props, Func<CancellationToken, ActorSystem, Task<IActorRef>>? find)
    {
        IsNeeded = true;
        return async (payload, job) =>
        {
            TArgs args = read(payload, job);
            // A type that wants the job and its context says so by the function; else existing actors get what they always got.
            object told = message is null ? args! : message(args, job);
            (IActorRef host, ActorSystem system) = await _host.Task.WaitAsync(job.Cancellation);
            IActorRef? found = find is null ? null : await find(job.Cancellation, system);
            ActorAttempt attempt = new(job, told, props, found);
            host.Tell(attempt, ActorRefs.NoSender);
            // An attempt that is told to nobody is ended by nobody.
            if (await Task.WhenAny(attempt.Ended.Task, _over.Task) != attempt.Ended.Task)
                throw new InvalidOperationException("the node's actors have ended");
            return OutcomeOf(await attempt.Ended.Task, job);
        };
    }

    private static JobOutcome OutcomeOf(object answer, JobContext job) => answer switch
    {
        JobOutcome outcome => outcome,
        Akka.Done => JobOutcome.Ok,
        _ => JobOutcome.OkBytes(job.Json.Write(answer, answer.GetType())),
    };
}

/// <summary>One attempt at a job by an actor.</summary>
/// <param name="job">The job.</param>
/// <param name="message">What the actor is told.</param>
/// <param name="props">Of an actor for this attempt alone.</param>
/// <param name="actor">Of the application.</param>
internal sealed class ActorAttempt(JobContext job, object message, Props? props, IActorRef? actor) : INoSerializationVerificationNeeded
{
    public JobContext Job => job;

    public object Message => message;

    public Props? Props => props;

    public IActorRef? Actor => actor;

    /// <summary>The answer.</summary>
    public TaskCompletionSource<object> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
