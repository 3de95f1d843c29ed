using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorBalancer.Client;

/// <summary>A worker as the router asked sees it.</summary>
public sealed record WorkerDetails
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its cluster address.</summary>
    public string? Node { get; init; }

    /// <summary>Where it stands, one of the words of <see cref="WorkerState"/> in small letters.</summary>
    public required string State { get; init; }

    /// <summary>The roles of its node.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>The kinds that it registered.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Jobs that it runs at once.</summary>
    public int Slots { get; init; }

    /// <summary>Jobs in its slots, by its last report, for all routers.</summary>
    public int Running { get; init; }

    /// <summary>Jobs that this router has sent and has no outcome of.</summary>
    public int InFlight { get; init; }

    /// <summary>Jobs that this router may send now.</summary>
    public int Credit { get; init; }

    /// <summary>The configured weight.</summary>
    public double Weight { get; init; }

    /// <summary>What the strategies use now.</summary>
    public double? EffectiveWeight { get; init; }

    /// <summary>Its learned speed; 1 until one is learned.</summary>
    public double? Speed { get; init; }

    /// <summary>Why it is ejected and for how long; null: it is not.</summary>
    public string? Ejected { get; init; }

    /// <summary>Jobs of this router that finished there since it came.</summary>
    public long? Finished { get; init; }

    /// <summary>Its newest sample; null before the first.</summary>
    public LoadDetails? Load { get; init; }

    /// <summary>Its process's incarnation.</summary>
    public long Incarnation { get; init; }

    /// <summary>Its program's version.</summary>
    public string? Version { get; init; }

    /// <summary>When its process started.</summary>
    public DateTimeOffset? UpSince { get; init; }

    /// <summary>Members that this client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
