namespace ActorBalancer.Client;

/// <summary>No answer came from the node, or one that no node would give.</summary>
public sealed class UnreachableException : Exception
{
    internal UnreachableException(Uri address, string problem, Exception? cause = null)
        : base($"No node answers at {address.GetLeftPart(UriPartial.Authority)}: {problem}", cause) => Address = address;

    /// <summary>Where it was looked for.</summary>
    public Uri Address { get; }

    /// <summary>The request may have arrived, and only its answer was lost.</summary>
    internal bool MayHaveArrived { get; init; }
}
