namespace ActorBalancer;

/// <summary>
/// The time as a shell tells it to a machine: a monotonic clock for waits and leases, the wall clock for what people read
/// and schedule by. Machines never read a clock themselves.
/// </summary>
/// <param name="Micros">Monotonic microseconds from an arbitrary start.</param>
/// <param name="UnixMs">Wall clock, milliseconds since 1970 in UTC; may jump.</param>
internal readonly record struct Moment(long Micros, long UnixMs)
{
    public const long PerMillisecond = 1_000;
    public const long PerSecond = 1_000_000;
}
