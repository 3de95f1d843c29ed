using System.Globalization;
using ActorBalancer;
using ActorBalancer.Storage;
using ActorBalancer.Storage.Postgres;
using ActorBalancer.Storage.Sqlite;

// StoreChild hold FILE                takes a SQLite store, says so, and keeps it
// StoreChild commit sqlite FILE       commits until it is killed
// StoreChild commit postgres CONNECTION SCHEMA
//
// A commit inserts so many jobs and finishes those of the commit before. After each, one line says what became of it: the word of
// its result and the first sequence of its jobs.
const int jobsACommit = 50;

IJobStore store = args switch
{
    ["hold", var file] => new SqliteJobStore(file, TimeProvider.System, 1000),
    ["commit", "sqlite", var file] => new SqliteJobStore(file, TimeProvider.System, 1000),
    ["commit", "postgres", var connection, var schema] => new PostgresJobStore(connection, 1000, schema),
    _ => throw new ArgumentException("see the comment on top"),
};
Registration registration = await store.RegisterAsync(new NodeRow("child", "akka.tcp://child@127.0.0.1:1", 2), TimeSpan.FromSeconds(10), default);
Console.WriteLine(registration.Refusal ?? string.Create(CultureInfo.InvariantCulture, $"registered {registration.Incarnation}"));
if (registration.Refusal is not null)
    return 4;
if (args[0] == "hold")
{
    Console.ReadLine();
    await store.DisposeAsync();
    return 0;
}

await store.ClaimAsync(registration.Incarnation, default);
QueueRow queue = (await store.OpenQueueAsync(registration.Incarnation, "default", default))!;
long[] before = [];
for (long next = queue.NextSequence; ; next += jobsACommit)
{
    long[] keys = [.. Enumerable.Range(0, jobsACommit).Select(i => JobKey.Pack(queue.Number, JobKey.DefaultPriority, next + i))];
    Commit commit = new() { Incarnation = registration.Incarnation };
    commit.Inserts.Add(new InsertRows(JobBatch.From([.. keys.Select(_ => new JobRequest { Kind = "echo", Payload = new byte[200] })]), keys, 1));
    commit.Outcomes.AddRange(before.Select(key => new OutcomeRow
    {
        Key = key, Attempt = 1, Outcome = AttemptOutcome.Succeeded, State = JobState.Succeeded, Used = 1, Worker = "w1", StartedUnixMs = 1, FinishedUnixMs = 2,
    }));
    CommitResult result = await store.CommitAsync(commit, default);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result} {next}"));
    if (result != CommitResult.Done)
        return 1;
    before = keys;
}
