using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>A question with its message and the task that its answer completes.</summary>
internal abstract class RouterQuestion : Question
{
    /// <summary>The message that asks it under that ticket.</summary>
    public abstract IGatewayProtocol Message(long ticket);

    public abstract void Answered(IGatewayProtocol answer);
}

/// <inheritdoc/>
/// <param name="isRepeatable">Asking twice changes nothing.</param>
/// <param name="message">Makes the message for a ticket.</param>
/// <param name="read">Reads the answer; may throw what the caller shall see.</param>
internal sealed class RouterQuestion<TAnswer, T>(bool isRepeatable, Func<long, IGatewayProtocol> message, Func<TAnswer, T> read) : RouterQuestion
    where TAnswer : class, IGatewayProtocol
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    /// <summary>It goes to the owner of this job.</summary>
    public long? About { get; init; }

    /// <summary>It goes to the owner of this queue.</summary>
    public string? AboutQueue { get; init; }

    /// <summary>Any router can answer while there is no owner.</summary>
    public bool Anybody { get; init; }

    public override bool IsRepeatable => isRepeatable;

    public override long? Key => About;

    public override string? Queue => AboutQueue;

    public override bool AnyWillDo => Anybody;

    public override IGatewayProtocol Message(long ticket) => message(ticket);

    public override void Answered(IGatewayProtocol answer)
    {
        if (answer is not TAnswer expected)
        {
            if (answer is IGatewayProtocol.DoneAnswer { Code: not RefusalCode.None } refusal)
            {
                Refused(refusal.Code, refusal.Detail ?? "");
                return;
            }
            _answer.TrySetException(new InvalidOperationException($"The router answered {answer.GetType().Name} where {typeof(TAnswer).Name} was asked for."));
            return;
        }
        try
        {
            _answer.TrySetResult(read(expected));
        }
        catch (JobRefusedException refused)
        {
            _answer.TrySetException(refused);
        }
    }

    public override void Refused(RefusalCode code, string detail) => _answer.TrySetException(new JobRefusedException(code, detail));
}

/// <summary>The questions that there are.</summary>
internal static class RouterQuestions
{
    public static RouterQuestion<IGatewayProtocol.JobAnswer, JobInfo?> Get(JobId id) =>
        new(true, ticket => new IGatewayProtocol.GetJob(ticket, id.Key), answer => answer.Job) { About = id.Key, Anybody = true };

    public static RouterQuestion<IGatewayProtocol.JobsAnswer, JobPage> List(JobQuery query) =>
        new(true, ticket => new IGatewayProtocol.ListJobs(ticket, query), answer => new JobPage(answer.Jobs, answer.Next));

    public static RouterQuestion<IGatewayProtocol.DoneAnswer, bool> Cancel(JobId id) =>
        new(true, ticket => new IGatewayProtocol.CancelJob(ticket, id.Key), Done) { About = id.Key };

    /// <summary>Asked twice it may run the job twice: it can be final again in between.</summary>
    public static RouterQuestion<IGatewayProtocol.DoneAnswer, bool> Retry(JobId id) =>
        new(false, ticket => new IGatewayProtocol.RetryJob(ticket, id.Key), Done) { About = id.Key };

    public static AllQuestion<IGatewayProtocol.DoneAnswer, bool> Drain(string worker, bool drain) =>
        new(ticket => new IGatewayProtocol.DrainWorker(ticket, worker, drain), RouterAnswers.Any);

    public static RouterQuestion<IGatewayProtocol.DoneAnswer, bool> SetQueue(string queue, string? strategy, Binding? binding, bool? paused, WeightSource? weights) =>
        new(false, ticket => new IGatewayProtocol.SetQueue(ticket, queue, strategy, binding, paused, weights), Done) { AboutQueue = queue };

    public static RouterQuestion<IGatewayProtocol.WeightsAnswer, QueueWeights> Weights(string queue, int changes) =>
        new(true, ticket => new IGatewayProtocol.GetWeights(ticket, queue, changes), answer => answer.Weights) { AboutQueue = queue };

    public static AllQuestion<IGatewayProtocol.QueuesAnswer, IReadOnlyList<QueueInfo>> Queues() =>
        new(ticket => new IGatewayProtocol.ListQueues(ticket), RouterAnswers.Merged);

    public static AllQuestion<IGatewayProtocol.WorkersAnswer, IReadOnlyList<WorkerInfo>> Workers() =>
        new(ticket => new IGatewayProtocol.ListWorkers(ticket), RouterAnswers.Merged);

    private static bool Done(IGatewayProtocol.DoneAnswer answer) =>
        answer.Code == RefusalCode.None ? true : throw new JobRefusedException(answer.Code, answer.Detail ?? "");
}
