using System.Net;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Intake;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBalancer.Cluster.Gateway.IGatewayProtocol;
using static ActorBalancer.Cluster.Membership.IMembershipProtocol;

namespace ActorBalancer.Cluster.Tests.Gateway;

/// <summary>The gateway actor and the client, with a probe in the router's place.</summary>
public sealed class GatewayActorTests : TestKit
{
    private const int PayloadLimit = 100;
    private readonly TestProbe _router;
    private readonly TestProbe _membership;
    private readonly IActorRef _gateway;
    private readonly JobClient _client = new(TimeProvider.System);

    public GatewayActorTests()
    {
        _router = CreateTestProbe("router");
        _router.IgnoreMessages(m => m is WatchOwners);
        _membership = CreateTestProbe("membership");
        _gateway = Start(_router, new IntakeLimits());
    }

    private static JobRequest Job(string kind = "echo") => new() { Kind = kind, Payload = "1"u8.ToArray() };

    [Fact]
    public async Task Submitted_job_gets_the_id_that_the_router_gave()
    {
        Task<JobId> submit = _client.SubmitAsync("echo", new { A = 1 }, o => { o.Source = "s"; o.Queue = "q"; o.Priority = 7; o.Attempts = 3; });
        SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
        Assert.False(batch.Notify);
        Assert.Equal("""{"a":1}"""u8.ToArray(), batch.Jobs.Payload(0).ToArray());
        Assert.Equal(("echo", "q", "s", 7, 3), (batch.Jobs.Kind(0), batch.Jobs.Queue(0), batch.Jobs.Source(0), batch.Jobs.Priority(0), batch.Jobs.AttemptsAllowed(0)));
        _router.Reply(new SubmitAnswer(batch.Ticket, [77], null, null));
        Assert.Equal(new JobId(77), await submit);
    }

    [Fact]
    public async Task Delay_is_counted_from_now_and_excludes_a_time()
    {
        long before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        _ = _client.SubmitAsync("echo", 1, o => o.Delay = TimeSpan.FromHours(1));
        SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
        Assert.InRange(batch.Jobs.RunAtUnixMs(0), before + 3_600_000, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 3_600_000);

        JobRefusedException refused = await Assert.ThrowsAsync<JobRefusedException>(() => _client.SubmitAsync("echo", 1, o =>
        {
            o.Delay = TimeSpan.Zero;
            o.RunAt = DateTimeOffset.UnixEpoch;
        }));
        Assert.Equal(RefusalCode.Invalid, refused.Code);
    }

    [Fact]
    public async Task Bad_row_of_many_is_refused_alone()
    {
        Task<IReadOnlyList<SubmitResult>> submit = _client.SubmitManyAsync(
            [Job(), Job("Bad Kind"), Job("unknown"), Job() with { Payload = new byte[PayloadLimit + 1] }, Job()]);
        SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
        Assert.Equal(3, batch.Jobs.Count);
        _router.Reply(new SubmitAnswer(batch.Ticket, [1, -1, 2], [RefusalCode.None, RefusalCode.UnknownKind, RefusalCode.None], "No worker has ever offered it."));
        IReadOnlyList<SubmitResult> results = await submit;
        Assert.Equal(
            [RefusalCode.None, RefusalCode.Invalid, RefusalCode.UnknownKind, RefusalCode.TooLarge, RefusalCode.None],
            results.Select(r => r.Code));
        Assert.Equal([new JobId(1), new JobId(2)], results.Where(r => r.Accepted).Select(r => r.Id));
        Assert.All(results.Where(r => !r.Accepted), r => Assert.NotEmpty(r.Detail!));
    }

    [Fact]
    public async Task Many_of_nothing_is_answered_at_once() => Assert.Empty(await _client.SubmitManyAsync([]));

    [Fact]
    public async Task Many_more_than_a_batch_keep_their_order()
    {
        Task<IReadOnlyList<SubmitResult>> submit = _client.SubmitManyAsync([.. Enumerable.Range(0, 2_500).Select(i => Job() with { Source = $"{i}" })]);
        int next = 0;
        foreach (int count in (int[])[1_000, 1_000, 500])
        {
            SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
            Assert.Equal(count, batch.Jobs.Count);
            Assert.Equal($"{next}", batch.Jobs.Source(0));
            _router.Reply(new SubmitAnswer(batch.Ticket, [.. Enumerable.Range(next, count).Select(i => (long)i)], null, null));
            next += count;
        }
        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => new JobId(i)), (await submit).Select(r => r.Id));
    }

    [Fact]
    public async Task Wait_brings_the_result_and_a_missing_job_is_refused()
    {
        Task<JobResult> wait = _client.WaitAsync(new JobId(5)), missing = _client.WaitAsync(new JobId(6));
        List<(long Ticket, long Key)> asked = [];
        while (asked.Count < 2)
        {
            WatchJobs watch = await _router.ExpectMsgAsync<WatchJobs>();
            asked.AddRange(watch.Keys.Select(k => (watch.Ticket, k)));
        }
        _router.Reply(new JobsFinished(
        [
            new() { Ticket = asked[0].Ticket, Key = 5, State = JobState.Succeeded, Worker = "w", Result = "42"u8.ToArray(), Lost = 1 },
            new() { Ticket = asked[0].Ticket, Key = 6, Code = RefusalCode.NotFound, Worker = "" },
        ]));
        JobResult result = await wait;
        Assert.Equal((JobState.Succeeded, 42, "w", 1), (result.State, result.Read<int>(), result.Worker, result.LostRuns));
        Assert.Equal(RefusalCode.NotFound, (await Assert.ThrowsAsync<JobRefusedException>(() => missing)).Code);
    }

    [Fact]
    public async Task Questions_are_answered_by_ticket()
    {
        Task<JobInfo?> get = _client.GetAsync(new JobId(3));
        GetJob asked = await _router.ExpectMsgAsync<GetJob>();
        Assert.Equal(3, asked.Key);
        Task cancel = _client.CancelAsync(new JobId(4));
        CancelJob cancelled = await _router.ExpectMsgAsync<CancelJob>();
        _router.Reply(new DoneAnswer(cancelled.Ticket, RefusalCode.Conflict, "It is final already."));
        _router.Reply(new JobAnswer(asked.Ticket, null));
        Assert.Null(await get);
        Assert.Equal(RefusalCode.Conflict, (await Assert.ThrowsAsync<JobRefusedException>(() => cancel)).Code);
        Assert.Equal(RefusalCode.Invalid, (await Assert.ThrowsAsync<JobRefusedException>(() => _client.ListAsync(new() { Limit = 0 }))).Code);
    }

    [Fact]
    public async Task Actor_submits_by_a_message_and_hears_the_answer()
    {
        _gateway.Tell(new SubmitJob("echo", new { B = 2 }), TestActor);
        SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
        Assert.Equal("""{"b":2}"""u8.ToArray(), batch.Jobs.Payload(0).ToArray());
        _router.Reply(new SubmitAnswer(batch.Ticket, [9], null, null));
        Assert.Equal(new JobId(9), (await ExpectMsgAsync<JobAccepted>()).Id);

        _gateway.Tell(new SubmitJob("Bad Kind", 1), TestActor);
        Assert.Equal(RefusalCode.Invalid, (await ExpectMsgAsync<JobRefused>()).Code);
        _gateway.Tell(new SubmitJob("echo", typeof(string)), TestActor);
        Assert.Equal(RefusalCode.Invalid, (await ExpectMsgAsync<JobRefused>()).Code);
    }

    [Fact]
    public async Task Argument_that_cannot_be_written_is_refused_and_the_gateway_goes_on()
    {
        foreach (object args in (object[])[double.NaN, new Throwing(), IPAddress.IPv6Any])
        {
            _gateway.Tell(new SubmitJob("echo", args), TestActor);
            Assert.Equal(RefusalCode.Invalid, (await ExpectMsgAsync<JobRefused>()).Code);
        }
        _gateway.Tell(new SubmitJob("echo", 1), TestActor);
        await _router.ExpectMsgAsync<SubmitBatch>();
    }

    [Fact]
    public async Task Run_yields_every_row_once_when_the_answer_is_lost_and_some_ends_are_not()
    {
        Task<List<RanJob>> run = CollectAsync(_client.RunAsync(new[] { Job(), Job(), Job() }.ToAsyncEnumerable()));
        SubmitBatch batch = await _router.ExpectMsgAsync<SubmitBatch>();
        _router.Reply(new JobsFinished([new() { Ticket = batch.Ticket, Index = 1, Key = 5, State = JobState.Succeeded, Worker = "w" }]));
        Sys.Stop(_router);
        List<RanJob> ran = await run;
        Assert.Equal(
            [(0, RefusalCode.OutcomeUnknown), (1, RefusalCode.None), (2, RefusalCode.OutcomeUnknown)],
            ran.OrderBy(r => r.Index).Select(r => ((int)r.Index, r.Code)));
    }

    [Fact]
    public async Task Lost_router_leaves_the_outcome_unknown()
    {
        Task<JobId> submit = _client.SubmitAsync(Job());
        await _router.ExpectMsgAsync<SubmitBatch>();
        Sys.Stop(_router);
        Assert.Equal(RefusalCode.OutcomeUnknown, (await Assert.ThrowsAsync<JobRefusedException>(() => submit)).Code);
    }

    [Fact]
    public async Task Stopping_refuses_who_waits_and_who_still_comes()
    {
        Task<JobId> submit = _client.SubmitAsync(Job());
        await _router.ExpectMsgAsync<SubmitBatch>();
        _gateway.Tell(new IClientProtocol.Stop(), TestActor);
        await ExpectMsgAsync<IClientProtocol.Stopped>();
        Assert.Equal(RefusalCode.OutcomeUnknown, (await Assert.ThrowsAsync<JobRefusedException>(() => submit)).Code);
        Assert.Equal(RefusalCode.NotReady, (await Assert.ThrowsAsync<JobRefusedException>(() => _client.SubmitAsync(Job()))).Code);
    }

    private static async Task<List<RanJob>> CollectAsync(IAsyncEnumerable<RanJob> jobs)
    {
        List<RanJob> all = [];
        await foreach (RanJob job in jobs)
            all.Add(job);
        return all;
    }

    private sealed class Throwing
    {
        public int Value => throw new TimeoutException($"{GetType().Name} throws what it likes.");
    }

    private IActorRef Start(IActorRef router, IntakeLimits limits)
    {
        IActorRef gateway = Sys.ActorOf(GatewayActor.Props(new GatewaySettings
        {
            Limits = limits,
            PayloadLimit = PayloadLimit,
            Clock = TimeProvider.System,
            Membership = _membership,
            LocalRouter = router,
        }));
        _client.Connect(gateway, limits, PayloadLimit, static _ => throw new NotSupportedException(), CancellationToken.None);
        return gateway;
    }
}
