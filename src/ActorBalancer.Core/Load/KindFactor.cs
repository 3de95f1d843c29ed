namespace ActorBalancer.Load;

/// <param name="Kind">The jobs' kind.</param>
/// <param name="Thousandths">What the configured weight is multiplied by for jobs of that kind, 1000 for 1.</param>
internal readonly record struct KindFactor(string Kind, int Thousandths)
{
    /// <summary>Learned, against the fleet. Shown to people; it does not make another factor.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The share of its runs that succeed. Shown to people as well.</summary>
    public double Success { get; init; } = 1;

    public bool Equals(KindFactor other) => Kind == other.Kind && Thousandths == other.Thousandths;

    public override int GetHashCode() => HashCode.Combine(Kind, Thousandths);
}
