namespace ActorBalancer.Cluster.Gateway;

/// <summary>One answer made of those of several routers.</summary>
internal static class RouterAnswers
{
    /// <summary>Each queue as its owner tells of it; else as the others know it from the store.</summary>
    public static IReadOnlyList<QueueInfo> Merged(IReadOnlyList<IGatewayProtocol.QueuesAnswer> answers)
    {
        Dictionary<string, QueueInfo> queues = new(StringComparer.Ordinal);
        foreach (IGatewayProtocol.QueuesAnswer answer in answers)
        {
            foreach (QueueInfo queue in answer.Queues)
            {
                bool isNew = !queues.TryGetValue(queue.Name, out QueueInfo? known);
                bool isOwn = answer.Incarnation != 0 && queue.Incarnation == answer.Incarnation;
                if (isNew || isOwn || (known!.Incarnation == 0 && queue.Incarnation != 0))
                    queues[queue.Name] = queue;
            }
        }
        return [.. queues.Values.OrderBy(q => q.Name, StringComparer.Ordinal)];
    }

    /// <summary>Each worker once: what one router has at it is added up, what the worker says of itself is not.</summary>
    public static IReadOnlyList<WorkerInfo> Merged(IReadOnlyList<IGatewayProtocol.WorkersAnswer> answers) =>
        answers.Count == 1
            ? answers[0].Workers
            : [.. answers.SelectMany(a => a.Workers).GroupBy(w => w.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Merged)];

    /// <summary>Done, where one of them has done it.</summary>
    public static bool Any(IReadOnlyList<IGatewayProtocol.DoneAnswer> answers)
    {
        IGatewayProtocol.DoneAnswer first = answers.FirstOrDefault(a => a.Code == RefusalCode.None) ?? answers[0];
        return first.Code == RefusalCode.None ? true : throw new JobRefusedException(first.Code, first.Detail ?? "");
    }

    private static WorkerInfo Merged(IEnumerable<WorkerInfo> views)
    {
        // An older process of that name may still be known somewhere.
        long newest = views.Max(w => w.Incarnation);
        WorkerInfo[] same = [.. views.Where(w => w.Incarnation == newest)];
        WorkerInfo one = same.OrderBy(w => Rank(w.State)).First();
        return one with
        {
            Kinds = [.. same.SelectMany(w => w.Kinds).Distinct().Order(StringComparer.Ordinal)],
            Running = same.Max(w => w.Running),
            InFlight = same.Sum(w => w.InFlight),
            Credit = same.Sum(w => w.Credit),
            Finished = same.Sum(w => w.Finished),
            EffectiveWeight = same.Max(w => w.EffectiveWeight),
            Load = same.MaxBy(w => w.Load.MemoryBytes)!.Load,
        };
    }

    // An order to drain goes to all; one that sees it up outweighs one that cannot reach it.
    private static int Rank(WorkerState state) => state switch
    {
        WorkerState.Draining => 0,
        WorkerState.Ejected => 1,
        WorkerState.Up => 2,
        WorkerState.Joining => 3,
        WorkerState.Silent => 4,
        _ => 5,
    };
}
