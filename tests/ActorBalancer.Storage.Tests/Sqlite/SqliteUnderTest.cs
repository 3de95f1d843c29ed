using ActorBalancer.Storage.Sqlite;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Sqlite;

/// <summary>A SQLite store in a folder of its own, with a clock that moves when it is told to.</summary>
internal sealed class SqliteUnderTest : StoreUnderTest
{
    // Made once and copied: a file's tables are the same every time.
    private static readonly Lazy<byte[]> Template = new(MakeTemplate);

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbalancer-sqlite-").FullName;
    private readonly SqliteJobStore _store;
    private int _disposed;

    public SqliteUnderTest()
    {
        System.IO.File.WriteAllBytes(File, Template.Value);
        _store = new SqliteJobStore(File, Clock, maxQueues: 1000);
    }

    public string File => Path.Combine(_folder, "jobs.db");

    public ManualClock Clock { get; } = new();

    public override SqliteJobStore Store => _store;

    public override long NowUnixMs => Clock.UnixMs;

    public override long Duplicates => _store.DuplicateOutcomes;

    public override int ModelRuns => 15;

    public override int ModelKeys => 8;

    public override int WatchedCommits => 100;

    public override void Pass(TimeSpan time) => Clock.Pass(time);

    public static async Task<SqliteUnderTest> OpenAsync()
    {
        SqliteUnderTest under = new();
        Assert.Null(await under._store.OpenAsync(default));
        return under;
    }

    public override async ValueTask DisposeAsync()
    {
        // A session that uses it ends it first.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        // The invariants hold after every test.
        Assert.Null(await _store.OpenAsync(default));
        Assert.Empty(await _store.CheckAsync(default));
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] MakeTemplate()
    {
        string folder = Directory.CreateTempSubdirectory("actorbalancer-sqlite-").FullName;
        string file = Path.Combine(folder, "jobs.db");
        Assert.Null(SqliteMigration.Run(file));
        byte[] bytes = System.IO.File.ReadAllBytes(file);
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}
