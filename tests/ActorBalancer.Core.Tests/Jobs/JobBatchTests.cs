using System.Text;
using CsCheck;

namespace ActorBalancer.Tests.Jobs;

public sealed class JobBatchTests
{
    private static readonly Gen<JobRequest> Requests = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 2], Gen.Byte.Array[0, 20], Gen.Int[0, 30],
        (kind, queue, payload, dice) => new JobRequest
        {
            Kind = $"kind{kind}",
            Queue = $"queue{queue}",
            Payload = payload,
            Source = dice % 3 == 0 ? $"source{dice}" : null,
            Priority = dice % 10,
            RunAt = dice % 4 == 0 ? DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000 + dice) : null,
            TimeLimit = dice % 5 == 0 ? TimeSpan.FromMilliseconds(dice + 1) : null,
            Attempts = dice % 6 == 0 ? dice + 1 : null,
        });

    [Fact]
    public void Every_job_comes_out_as_it_went_in() => Requests.Array[0, 40].Sample(requests =>
    {
        JobBatch batch = JobBatch.From(requests);
        Assert.Equal(requests.Length, batch.Count);
        for (int i = 0; i < requests.Length; i++)
        {
            JobRequest r = requests[i];
            Assert.Equal((r.Kind, r.Queue, r.Source, r.Priority), (batch.Kind(i), batch.Queue(i), batch.Source(i), batch.Priority(i)));
            Assert.Equal(r.Payload.ToArray(), batch.Payload(i).ToArray());
            Assert.Equal(r.RunAt?.ToUnixTimeMilliseconds() ?? 0, batch.RunAtUnixMs(i));
            Assert.Equal((long)(r.TimeLimit?.TotalMilliseconds ?? 0), batch.TimeLimitMs(i));
            Assert.Equal(r.Attempts ?? 0, batch.AttemptsAllowed(i));
        }
    });

    [Fact]
    public void Jobs_without_anything_special_have_no_columns()
    {
        JobBatch batch = JobBatch.From([Plain("a"), Plain("b")]);
        Assert.Null(batch.KindOf);
        Assert.Null(batch.QueueOf);
        Assert.Null(batch.Sources);
        Assert.Null(batch.Priorities);
        Assert.Null(batch.RunAt);
        Assert.Null(batch.TimeLimits);
        Assert.Null(batch.Attempts);
        Assert.Equal(["echo"], batch.Kinds);
        Assert.Equal(["default"], batch.Queues);
        Assert.Equal((5, null), (batch.Priority(1), batch.Source(1)));
        Assert.Equal((0L, 0L, 0), (batch.RunAtUnixMs(1), batch.TimeLimitMs(1), batch.AttemptsAllowed(1)));
    }

    [Fact]
    public void One_special_job_makes_only_its_own_column()
    {
        JobBatch batch = JobBatch.From([Plain("a"), Plain("b") with { Priority = 9 }, Plain("c")]);
        Assert.Equal([5, 9, 5], batch.Priorities!.Select(p => (int)p));
        Assert.Null(batch.Sources);
        Assert.Null(batch.RunAt);
        Assert.Null(batch.TimeLimits);
        Assert.Null(batch.Attempts);
    }

    [Fact]
    public void Payloads_are_copied()
    {
        byte[] payload = "before"u8.ToArray();
        JobBatch batch = JobBatch.From([Plain("x") with { Payload = payload }]);
        "after!"u8.CopyTo(payload);
        Assert.Equal("before", Encoding.UTF8.GetString(batch.Payload(0).Span));
    }

    [Fact]
    public void Shortest_time_limit_does_not_become_none() =>
        Assert.Equal(1, JobBatch.From([Plain("x") with { TimeLimit = TimeSpan.FromTicks(1) }]).TimeLimitMs(0));

    [Fact]
    public void Empty_batch_is_empty()
    {
        JobBatch batch = JobBatch.From([]);
        Assert.Equal(0, batch.Count);
        Assert.Equal([0], batch.Starts);
        Assert.True(batch.Blob.IsEmpty);
    }

    private static JobRequest Plain(string payload) => new() { Kind = "echo", Payload = Encoding.UTF8.GetBytes(payload) };
}
