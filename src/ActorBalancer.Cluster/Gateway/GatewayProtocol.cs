using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>
/// What a gateway and a router say to each other, on one node or between two. A ticket is the gateway's own number for a
/// question; the answer carries it back.
/// </summary>
internal interface IGatewayProtocol
{
    long Ticket { get; }

    // Gateway to router.

    /// <param name="Ticket">Also names the batch in <see cref="JobsFinished"/>.</param>
    /// <param name="Jobs">Already validated.</param>
    /// <param name="Notify">Send a <see cref="JobsFinished"/> entry for each job when it is final.</param>
    sealed record SubmitBatch(long Ticket, JobBatch Jobs, bool Notify) : IGatewayProtocol;

    /// <summary>Tell when each of these jobs is final; at once for those that are.</summary>
    sealed record WatchJobs(long Ticket, long[] Keys) : IGatewayProtocol;

    sealed record GetJob(long Ticket, long Key) : IGatewayProtocol;

    sealed record ListJobs(long Ticket, JobQuery Query) : IGatewayProtocol;

    sealed record CancelJob(long Ticket, long Key) : IGatewayProtocol;

    /// <summary>A final job that has not succeeded runs again, with a fresh budget of attempts.</summary>
    sealed record RetryJob(long Ticket, long Key) : IGatewayProtocol;

    /// <summary>The worker of that name gets no new jobs, or gets jobs again.</summary>
    sealed record DrainWorker(long Ticket, string Worker, bool Drain) : IGatewayProtocol
    {
        /// <summary>
        /// From a router that has the order to one that joined since: of the process that it is about. 0: of the present one.
        /// </summary>
        public long Incarnation { get; init; }
    }

    /// <summary>Tell who owns which queue: all of it at once, and later what changes.</summary>
    sealed record WatchOwners(long Ticket) : IGatewayProtocol;

    /// <summary>From router to router: of these jobs, what only their owner knows. Answered by <see cref="JobsAnswer"/>, without those that are not in its memory.</summary>
    sealed record DescribeJobs(long Ticket, long[] Keys) : IGatewayProtocol;

    /// <summary>Changes what is not null.</summary>
    sealed record SetQueue(long Ticket, string Queue, string? Strategy, Binding? Binding, bool? Paused, WeightSource? Weights = null) : IGatewayProtocol;

    /// <summary>A queue's weights now, and so many of their newest changes. Answered by <see cref="WeightsAnswer"/>.</summary>
    sealed record GetWeights(long Ticket, string Queue, int Changes) : IGatewayProtocol;

    sealed record ListQueues(long Ticket) : IGatewayProtocol;

    sealed record ListWorkers(long Ticket) : IGatewayProtocol;

    // Router to gateway.

    /// <summary>The jobs of a <see cref="SubmitBatch"/> are stored (checkpoint 1), or refused row by row.</summary>
    /// <param name="Ticket">The batch's.</param>
    /// <param name="Keys">Per job; -1 where it was refused.</param>
    /// <param name="Codes">Why, per job; null when none was refused.</param>
    /// <param name="Detail">A sentence for the first refusal.</param>
    sealed record SubmitAnswer(long Ticket, long[] Keys, RefusalCode[]? Codes, string? Detail) : IGatewayProtocol
    {
        /// <summary>Rows that made no job: their idempotency keys name earlier ones. Null: none.</summary>
        public int[]? Known { get; init; }
    }

    /// <summary>Jobs that became final; each entry carries its own ticket.</summary>
    sealed record JobsFinished(FinishedJob[] Jobs) : IGatewayProtocol
    {
        public long Ticket => 0;
    }

    /// <summary>Who owns which queue, as far as it is news.</summary>
    /// <param name="Incarnation">Of the router that says so; 0: it has none just now.</param>
    /// <param name="Queues">The queues.</param>
    sealed record Owners(long Incarnation, QueueOwner[] Queues) : IGatewayProtocol
    {
        public long Ticket => 0;
    }

    /// <summary>Nothing was done: what was asked under that ticket is another router's, or will soon be.</summary>
    sealed record Moved(long Ticket) : IGatewayProtocol;

    sealed record JobAnswer(long Ticket, JobInfo? Job) : IGatewayProtocol;

    /// <param name="Ticket">The question's.</param>
    /// <param name="Jobs">A page.</param>
    /// <param name="Next">The job behind which the next page begins; null: there are no more.</param>
    sealed record JobsAnswer(long Ticket, JobInfo[] Jobs, JobId? Next) : IGatewayProtocol;

    /// <summary>Done, or refused with a code and a sentence.</summary>
    sealed record DoneAnswer(long Ticket, RefusalCode Code, string? Detail) : IGatewayProtocol;

    sealed record QueuesAnswer(long Ticket, QueueInfo[] Queues) : IGatewayProtocol
    {
        /// <summary>Of the router that says so: what it owns it knows best.</summary>
        public long Incarnation { get; init; }
    }

    sealed record WorkersAnswer(long Ticket, WorkerInfo[] Workers) : IGatewayProtocol;

    sealed record WeightsAnswer(long Ticket, QueueWeights Weights) : IGatewayProtocol;
}
