namespace ActorBalancer.Strategies;

/// <summary>
/// A pure choice: which of the eligible workers gets the next job. It never sends, logs or blocks, reads no clock and
/// takes its dice as a seed. Single-threaded. It reads the fleet from the <see cref="Candidates"/> it was made with, and
/// is told by <see cref="Changed"/> which row changed; it must not allocate in <see cref="Pick"/> or <see cref="Changed"/>
/// once the fleet, and for <c>source-hash</c> the number of different sources, has stopped growing.
/// </summary>
public interface IBalancingStrategy
{
    /// <summary>
    /// Row <paramref name="worker"/> of the candidates joined, left, or changed its eligibility, weight, slots or number
    /// in flight. Called after the row shows the new values.
    /// </summary>
    void Changed(int worker, CandidateChange change);

    /// <summary>
    /// The row of the worker that gets the next job. <see cref="Candidates.Pick"/> calls it, having checked that at least
    /// one row is open; the owner counts the job in flight by <see cref="Candidates.Started"/> afterwards.
    /// </summary>
    /// <param name="source">The 64-bit keyed hash of the job's source (<see cref="SourceHash"/>).</param>
    int Pick(ulong source);
}

/// <summary>What changed in a row of the <see cref="Candidates"/>; several may be set at once.</summary>
[Flags]
public enum CandidateChange
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The row now holds a (new) member.</summary>
    Joined = 1,

    /// <summary>The row is empty now; its index may be given to another member later.</summary>
    Left = 2,

    /// <summary>The row's eligibility changed.</summary>
    Eligibility = 4,

    /// <summary>The row's effective weight or its slots changed.</summary>
    Weight = 8,

    /// <summary>The row's number in flight changed.</summary>
    InFlight = 16,
}
