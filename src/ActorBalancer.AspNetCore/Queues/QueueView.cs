namespace ActorBalancer.AspNetCore.Queues;

/// <summary>A queue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>running</c> or <c>paused</c>.</param>
/// <param name="Strategy">The strategy's id.</param>
/// <param name="Binding"><c>early</c> or <c>late</c>.</param>
/// <param name="Weights">Where the weights of workers come from.</param>
/// <param name="Waiting">Jobs that could run now.</param>
/// <param name="Running">Jobs at workers.</param>
/// <param name="Scheduled">Jobs that wait for their time, retries included.</param>
/// <param name="Dead">Jobs given up, as far as they are kept.</param>
/// <param name="Owner">The router node's name.</param>
/// <param name="Inc">The router node's incarnation.</param>
/// <param name="UnofferedKinds">Kinds with waiting jobs that no worker offers now.</param>
internal sealed record QueueView(
    string Name, string State, string Strategy, string Binding, string Weights, long Waiting, long Running, long Scheduled, long Dead,
    string Owner, long Inc, IReadOnlyList<string> UnofferedKinds)
{
    public static QueueView Of(QueueInfo queue) => new(
        queue.Name, queue.Paused ? "paused" : "running", queue.Strategy, Words.Of(queue.Binding), Words.Of(queue.Weights), queue.Waiting, queue.Running,
        queue.Scheduled, queue.Dead, queue.Owner, queue.Incarnation, queue.UnofferedKinds);
}
