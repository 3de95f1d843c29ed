namespace ActorBalancer.Node.Map;

/// <summary>Where the commands run.</summary>
internal interface IMapCluster : IAsyncDisposable
{
    /// <summary>Submits <c>exec</c> jobs with these payloads and gives their ends, in the order of these.</summary>
    /// <param name="payloads">Read as jobs end.</param>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<MapEnd> RunAsync(IAsyncEnumerable<byte[]> payloads, CancellationToken cancellation);
}
