namespace ActorBalancer.AspNetCore;

/// <summary>One line of the API.</summary>
/// <param name="Method">GET also answers HEAD.</param>
/// <param name="Path">Segments in braces take any text.</param>
/// <param name="Run">Answers the call.</param>
/// <param name="Query">The members that the query may have; another one is refused.</param>
internal sealed record Route(string Method, string Path, Func<ApiCall, Task> Run, params string[] Query)
{
    private readonly string[] _segments = Path.Split('/');

    /// <summary>Only a node with a router can answer it, and its query is checked; whoever probes a node may write what he likes.</summary>
    public bool IsApi { get; } = Path.StartsWith("/v1/", StringComparison.Ordinal);

    /// <summary>The texts of the segments in braces, in their order; null if it is another path.</summary>
    public string[]? Match(ReadOnlySpan<string> segments)
    {
        if (segments.Length != _segments.Length)
            return null;
        List<string>? values = null;
        for (int i = 0; i < segments.Length; i++)
        {
            if (_segments[i].StartsWith('{'))
                (values ??= []).Add(segments[i]);
            else if (_segments[i] != segments[i])
                return null;
        }
        return values is null ? [] : [.. values];
    }
}
