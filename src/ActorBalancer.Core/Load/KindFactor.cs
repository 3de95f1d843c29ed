namespace ActorBalancer.Load;

/// <param name="Kind">The jobs' kind.</param>
/// <param name="Thousandths">What the configured weight is multiplied by for jobs of that kind, 1000 for 1.</param>
internal readonly record struct KindFactor(string Kind, int Thousandths)
{
    /// <summary>Learned, against the fleet. Shown to people; it does not make another factor.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The share of its runs that succeed. Shown to people as well.</summary>
    public double Success { get; init; } = 1;

    /// <summary>In thousandths, for jobs of a kind: its own, else that of any kind, else 1.</summary>
    public static int Of(ReadOnlySpan<KindFactor> factors, string kind)
    {
        int any = 1000;
        foreach (KindFactor factor in factors)
        {
            if (factor.Kind == kind)
                return factor.Thousandths;
            if (factor.Kind.Length == 0)
                any = factor.Thousandths;
        }
        return any;
    }

    /// <summary>The weight that a strategy uses. Whoever may take jobs at all keeps a trickle, by which it is seen to recover.</summary>
    public static int Learned(int weight, int thousandths) =>
        weight == 0 || thousandths == 1000 ? weight : (int)Math.Clamp((long)weight * thousandths / 1000, 1, Strategies.Candidates.MaxWeight);

    public bool Equals(KindFactor other) => Kind == other.Kind && Thousandths == other.Thousandths;

    public override int GetHashCode() => HashCode.Combine(Kind, Thousandths);
}
