namespace ActorBalancer.Storage.Sqlite;

/// <summary>What one commit changes of the figures that a queue's row keeps.</summary>
internal sealed class QueueDelta
{
    /// <summary>The first sequence that no job of the queue has; what is not below it is new for sure.</summary>
    public long NextSequence;

    /// <summary>The latest time of a submission.</summary>
    public long Newest;

    public long Ready;
    public long Later;
    public long Dead;

    /// <summary>The commit under way has touched it.</summary>
    public bool IsTouched;
}
