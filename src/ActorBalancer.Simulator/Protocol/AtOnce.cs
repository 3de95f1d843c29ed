namespace ActorBalancer.Simulator.Protocol;

/// <summary>Calls of a store in memory, which answers at once.</summary>
internal static class AtOnce
{
    /// <summary>The answer.</summary>
    public static T Now<T>(this ValueTask<T> call) => call.IsCompleted ? call.Result : throw new InvalidOperationException("A simulated store has to answer at once.");
}
