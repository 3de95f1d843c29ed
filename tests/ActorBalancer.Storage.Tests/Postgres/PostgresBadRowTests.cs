using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>Rows that the database cannot hold.</summary>
public sealed class PostgresBadRowTests
{
    [Fact]
    public async Task Bad_row_is_found_and_refused_alone()
    {
        const string bad = "a zero \0 inside";
        await using StoreSession s = await StoreSession.StartAsync(await PostgresUnderTest.OpenAsync());
        await s.InsertAsync(s.Key(1000));
        int[] where = [3, 40, 41, 499];
        Commit commit = s.Commit();
        JobRequest[] requests = [.. Enumerable.Range(0, 500).Select(i => new JobRequest
        {
            Kind = "echo", Payload = default, Source = where.Contains(i) && i != 41 ? bad : i % 2 == 0 ? "good" : null, Key = i == 41 ? bad : i % 50 == 0 ? $"key {i}" : null,
        })];
        commit.Inserts.Add(new InsertRows(JobBatch.From(requests[..250]), [.. Enumerable.Range(0, 250).Select(i => s.Key(i))], 1));
        commit.Inserts.Add(new InsertRows(JobBatch.From(requests[250..]), [.. Enumerable.Range(250, 250).Select(i => s.Key(i))], 1));
        commit.Outcomes.Add(s.Succeeded(s.Key(1000)));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));

        Assert.Equal(where.Select(i => s.Key(i)), commit.Refused.Order());
        Assert.Equal(Enumerable.Range(0, 500).Except(where).Select(i => s.Key(i)), await s.KeysAsync());
        Assert.Equal(JobState.Succeeded, (await s.GetAsync(s.Key(1000))).State);
        Assert.Empty(commit.Known);
        // The keys of the others were taken once.
        Commit again = s.Commit();
        again.Inserts.Add(new InsertRows(JobBatch.From([requests[50]]), [s.Key(2000)], 1));
        await s.Store.CommitAsync(again, default);
        Assert.Equal([new KnownKey(s.Key(2000), s.Key(50), true)], again.Known);
        Assert.Empty(again.Refused);
    }

    [Fact]
    public async Task Batch_of_all_or_none_with_a_bad_row_is_refused_whole()
    {
        await using StoreSession s = await StoreSession.StartAsync(await PostgresUnderTest.OpenAsync());
        JobRequest good = new() { Kind = "echo", Payload = default };
        Commit commit = s.Commit();
        commit.Inserts.Add(new InsertRows(JobBatch.From([good, good with { Source = "\0" }, good], BatchRule.AllOrNone), [s.Key(0), s.Key(1), s.Key(2)], 1));
        commit.Inserts.Add(new InsertRows(JobBatch.From([good]), [s.Key(3)], 1));
        Assert.Equal(CommitResult.Done, await s.Store.CommitAsync(commit, default));
        Assert.Equal([s.Key(1)], commit.Refused);
        Assert.Equal([s.Key(3)], await s.KeysAsync());
    }
}
