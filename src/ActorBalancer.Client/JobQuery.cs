namespace ActorBalancer.Client;

/// <summary>Which jobs a listing shows, newest first; null members do not filter.</summary>
public sealed record JobQuery
{
    /// <summary>Only jobs in this state.</summary>
    public string? State { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only jobs of this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only jobs whose newest attempt is on this worker.</summary>
    public string? Worker { get; init; }

    /// <summary>Only jobs with this text in id, kind, source or error.</summary>
    public string? Text { get; init; }

    /// <summary>Only jobs that follow this one: <see cref="JobListing.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>At most so many, 1 to 1,000; null: 100.</summary>
    public int? Limit { get; init; }

    internal string AsText()
    {
        (string Name, string? Value)[] members =
        [
            ("state", State), ("queue", Queue), ("kind", Kind), ("source", Source), ("worker", Worker), ("text", Text), ("after", After),
            ("limit", Limit is { } limit ? FormattableString.Invariant($"{limit}") : null),
        ];
        string query = string.Join('&', members.Where(m => m.Value is not null).Select(m => $"{m.Name}={Uri.EscapeDataString(m.Value!)}"));
        return query.Length == 0 ? "" : $"?{query}";
    }
}
