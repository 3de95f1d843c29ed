namespace ActorBalancer;

/// <summary>Why a job is dead.</summary>
public enum DeadReason
{
    /// <summary>It is not dead.</summary>
    None,

    /// <summary>All its attempts failed.</summary>
    Attempts,

    /// <summary>Too many workers died while they ran it.</summary>
    Poisoned,
}
