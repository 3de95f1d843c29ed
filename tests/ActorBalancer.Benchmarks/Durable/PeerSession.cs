using ActorBalancer.Benchmarks.Store;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>All peers, one after the other, on the server that ours used. Those are scaled so that each takes some seconds.</summary>
internal static class PeerSession
{
    public static async Task<PeerComparison> MeasureAsync(PostgresServer server, string folder, int jobs, double ours)
    {
        // Nobody is to pay for what ours left behind.
        server.Execute($"DROP SCHEMA IF EXISTS {StoreGround.Schema} CASCADE");
        PeerFigures? hangfire = await TryAsync("Hangfire", server, ours, Math.Max(1, jobs / 400), () => new HangfirePeer(server));
        PeerFigures? plain = null, tuned = null;
        if (await GraphilePeer.InstallAsync(folder) is { } missing)
        {
            await Console.Error.WriteLineAsync($"durable: graphile-worker is left out: {missing}");
        }
        else
        {
            plain = await TryAsync("graphile-worker", server, ours, Math.Max(1, jobs / 100), () => new GraphilePeer(server, folder, tuned: false));
            tuned = await TryAsync("graphile-worker, tuned", server, ours, Math.Max(1, jobs / 10), () => new GraphilePeer(server, folder, tuned: true));
        }
        return new PeerComparison(hangfire, plain, tuned);
    }

    private static async Task<PeerFigures?> TryAsync(string name, PostgresServer server, double ours, int jobs, Func<IPeer> make)
    {
        try
        {
            server.Execute("CHECKPOINT");
            await using IPeer peer = make();
            return await PeerRun.MeasureAsync(peer, jobs, ours);
        }
#pragma warning disable CA1031 // Whatever a peer does, ours was measured.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"durable: {name} is left out: {e.Message}");
            return null;
        }
    }
}
