using ActorBalancer.Dispatch;

namespace ActorBalancer.Intake;

/// <content>Queues get other owners: what concerns them follows.</content>
internal sealed partial class IntakeCore
{
    /// <summary>A router says which incarnation it has (0: none just now) and what it knows of the owners of queues.</summary>
    public void Owners(int router, long incarnation, IReadOnlyList<QueueOwner> queues, Moment now, IntakeEffects effects)
    {
        _routers.Is(router, incarnation);
        HashSet<string> moved = new(StringComparer.Ordinal);
        foreach (QueueOwner queue in queues)
        {
            if (_routers.Owns(queue))
                moved.Add(queue.Name);
        }
        if (moved.Count > 0)
        {
            foreach (IntakeBatch batch in _batches.Values)
                batch.NeedsWatch |= batch is { IsAnswered: true, Notify: true } && HasMoved(batch, moved);
            Follow(moved, now, effects);
        }
        Retry(0, now, effects);
    }

    /// <summary>
    /// What a queue's former owner was not sent yet goes to the new one, and so does what it has not answered, where submitting it twice
    /// does no harm: that router may be paused for as long as it likes. What it answers after all is not waited for any more.
    /// </summary>
    private void Follow(HashSet<string> moved, Moment now, IntakeEffects effects)
    {
        List<IntakeBatch> again = [.. _batches.Values.Where(b => b is { IsAnswered: false, IsRepeatable: true } && HasLeft(b, b.To!, moved)).OrderBy(b => b.Ticket)];
        foreach (IntakeBatch batch in again)
            TakeBack(batch, mayBeAccepted: true);
        foreach (KnownRouter router in _routers.All)
        {
            IntakeBatch[] waiting = [.. router.Waiting];
            router.Waiting.Clear();
            foreach (IntakeBatch batch in waiting)
            {
                if (HasLeft(batch, router, moved))
                    again.Add(batch);
                else
                    router.Waiting.Enqueue(batch);
            }
        }
        foreach (IntakeBatch batch in again)
            Place(batch, now, effects);
    }

    /// <summary>One of its queues has another owner by now, which can be reached.</summary>
    private bool HasLeft(IntakeBatch batch, KnownRouter from, HashSet<string> moved) =>
        Array.Exists(batch.Jobs.Queues, queue => moved.Contains(queue) && _routers.OfQueue(queue).Router is { } owner && owner != from);

    private static bool HasMoved(IntakeBatch batch, HashSet<string> moved) => Array.Exists(batch.Jobs.Queues, moved.Contains);
}
