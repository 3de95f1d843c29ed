namespace ActorBalancer.Strategies;

/// <summary>Where the weights come from by which a queue's strategy divides its jobs.</summary>
public enum WeightSource
{
    /// <summary>The configured weights of the workers, times slow start.</summary>
    Static,

    /// <summary>The same, times what the metrics actor learned of each worker for the job's kind: its speed against the fleet and its success rate.</summary>
    Learned,
}
