using ActorBalancer.Storage;

namespace ActorBalancer.Simulator.Protocol;

/// <summary>
/// The store behind a network and with the troubles of its own: calls take time, it is away before or after it has done what was asked, and the
/// answer to a commit is lost while the commit still waits to land.
/// </summary>
internal sealed class StoreServer
{
    private readonly World _world;
    private readonly SharedStore _store;
    private readonly IJobStore _called;

    public StoreServer(World world)
    {
        _world = world;
        _store = world.Seams.MakeStore(new Clock(world, this), world.Options.Memory, world.Options.Limits.Queues);
        _store.Reopened = key => world.Ledger.Reopened(key);
        _called = world.Seams.Around(_store);
    }

    /// <summary>As it is; looked at by checks only.</summary>
    public SharedStore Inside => _store;

    public Host Host { get; } = new("store");

    /// <summary>No call gets through.</summary>
    public long AwayUntil { get; set; }

    /// <summary>Calls wait until then.</summary>
    public long HangsUntil { get; set; }

    /// <summary>Largest time of a call and of its answer.</summary>
    public long Slowness { get; set; } = 500;

    /// <summary>Share of commits whose answer is lost, landed or not, now or later.</summary>
    public double Unknown { get; set; }

    /// <summary>Share of the other calls whose answer is lost.</summary>
    public double Failures { get; set; }

    /// <summary>Asks for something; the call is carried out at some moment until its answer comes.</summary>
    public void Ask<T>(Process asker, string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        long at = Math.Max(_world.Now + Time(), HangsUntil);
        _world.At(at, null, () =>
        {
            // What a process sent before it died may get there, or not.
            if (!asker.IsAlive && _world.Luck.OneIn(2))
                return;
            bool away = IsAway(asker);
            bool lost = !away && Failures > 0 && _world.Luck.Chance(Failures);
            if (away || (lost && _world.Luck.OneIn(2)))
            {
                Answer(asker, $"{what}: the store is away", failed);
                return;
            }
            T answer = call(_called).Now();
            if (lost)
                Answer(asker, $"{what}: the answer is lost", failed);
            else
                Answer(asker, $"{what}: {Said(answer)}", () => answered(answer));
        });
    }

    public void Commit(Process asker, Commit commit, Action<CommitResult> answered)
    {
        if (_world.IsLogged)
            _world.Log($"{asker} -> store: {Words.Of(commit)}");
        long at = Math.Max(_world.Now + Time(), HangsUntil);
        _world.At(at, null, () =>
        {
            if (!asker.IsAlive && _world.Luck.OneIn(2))
                return;
            if (IsAway(asker))
            {
                Answer(asker, "commit: the store is away", () => answered(CommitResult.Unavailable));
                return;
            }
            if (Unknown > 0 && _world.Luck.Chance(Unknown))
            {
                if (_world.Luck.OneIn(2))
                    _world.After(_world.Luck.OneIn(2) ? 0 : _world.Luck.Ms(0, 8_000), () => Land(asker, commit, "after its answer was lost"));
                Answer(asker, "commit: the answer is lost", () => answered(CommitResult.Unknown));
                return;
            }
            CommitResult result = Land(asker, commit, "");
            Answer(asker, $"commit: {result}", () => answered(result));
        });
    }

    /// <summary>Jobs that a caller stores in a transaction of its own.</summary>
    public void Post(JobBatch jobs) => _store.Post(jobs, _world.UnixMs);

    private CommitResult Land(Process asker, Commit commit, string when)
    {
        CommitResult result = _called.CommitAsync(commit, default).Now();
        if (_world.IsLogged)
            _world.Log($"store: commit of {asker} {when}: {result}{(commit.Missing.Count > 0 ? $", missing {string.Join(' ', commit.Missing.Select(Words.Id))}" : "")}");
        if (result == CommitResult.Done)
            _world.Ledger.Stored(commit);
        return result;
    }

    private bool IsAway(Process asker) => AwayUntil > _world.Now || _world.Network.IsCut(asker.Host, Host) || _world.Network.IsCut(Host, asker.Host);

    private void Answer(Process asker, string what, Action act) => _world.At(_world.Now + Time(), asker, () =>
    {
        if (_world.IsLogged)
            _world.Log($"store -> {asker}: {what}");
        act();
    });

    private long Time() => _world.Luck.Between(1, _world.Luck.OneIn(16) ? 20 * Slowness : Slowness);

    private static string Said<T>(T answer) => answer switch
    {
        StoredJobs jobs => string.Join(' ', jobs.Keys.Select(Words.Id)),
        IReadOnlyList<QueueRow> rows => string.Join(", ", rows.Select(r => $"{r.Name} of {r.Owner}")),
        QueueRow row => $"{row.Name} of {row.Owner}",
        JobInfo job => $"{job.State}",
        null => "nothing",
        _ => answer.ToString()!,
    };

    private sealed class Clock(World world, StoreServer server) : TimeProvider
    {
        public override long TimestampFrequency => Moment.PerSecond;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(world.UnixMs + server.Host.SkewMs);

        public override long GetTimestamp() => world.Now;
    }
}
