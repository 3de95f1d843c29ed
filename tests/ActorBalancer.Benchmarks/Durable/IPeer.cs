namespace ActorBalancer.Benchmarks.Durable;

/// <summary>Another queue on PostgreSQL, which stores jobs and runs them.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Adds the jobs of the numbers from 0, see <see cref="PeerPayload"/>.</summary>
    Task AddAsync(int jobs);

    /// <summary>Starts those who run jobs.</summary>
    Task StartAsync();

    /// <summary>Ends them.</summary>
    Task StopAsync();

    /// <summary>What has run since the newest start: jobs, and the sum of their checksums.</summary>
    (int Jobs, uint Sum) Done { get; }

    /// <summary>How many jobs the database still holds as not run.</summary>
    long Left();
}
