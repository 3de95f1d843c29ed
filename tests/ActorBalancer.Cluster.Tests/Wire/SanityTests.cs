using System.Runtime.Serialization;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Wire;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>Messages that can be read and mean nothing: whatever reaches the port may send them, and no actor may see them.</summary>
public sealed class SanityTests
{
    private const long Last = 253_402_300_799_999;

    public static TheoryData<long> NoTimes => [-1, long.MinValue, Last + 1, long.MaxValue];

    [Fact]
    public void Batch_without_jobs_kinds_or_queues_is_refused()
    {
        Accepted(Submit());
        Refused(Submit(count: 0));
        Refused(Submit(kinds: []));
        Refused(Submit(queues: []));
        Assert.Throws<SerializationException>(() => WireMessages.Serializer.FromBinary([WireFormat.Version], "sb"));
    }

    [Fact]
    public void Job_that_names_a_kind_or_queue_beyond_those_of_its_batch_is_refused()
    {
        Accepted(Submit(kindOf: [0, 1], kinds: ["resize", "mail"]));
        Refused(Submit(kindOf: [0, 1]));
        Refused(Submit(queueOf: [2, 0]));
    }

    [Theory]
    [MemberData(nameof(NoTimes))]
    public void Job_that_runs_at_no_time_is_refused(long time)
    {
        Accepted(Submit(times: [0, Last]));
        Refused(Submit(times: [0, time]));
    }

    [Theory]
    [MemberData(nameof(NoTimes))]
    public void Worker_that_started_at_no_time_is_refused(long time)
    {
        Accepted(Hello(Last));
        Refused(Hello(time));
        Refused(Hello(0, new HeldRun(new RunToken(1, 2, 3), 4, 5, time)));
    }

    [Theory]
    [MemberData(nameof(NoTimes))]
    public void Run_that_started_or_ended_at_no_time_is_refused(long time)
    {
        Accepted(Report(0, 0));
        Accepted(Report(Last - 2, 1_999));
        Refused(Report(time, 0));
        Refused(Report(0, time >= 0 ? Math.Max(time, Last * 1_000 + 1) : time));
        Refused(Report(Last - 2, 2_000));
        Refused(Report(0, 0, new HeldRun(new RunToken(1, 2, 3), 4, 5, time)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void End_of_a_row_before_the_first_is_refused(int index)
    {
        Accepted(new IGatewayProtocol.JobsFinished([new FinishedJob { Ticket = 1, Index = int.MaxValue, Worker = "" }]));
        Refused(new IGatewayProtocol.JobsFinished([new FinishedJob { Ticket = 1, Index = index, Worker = "" }]));
    }

    private static IGatewayProtocol.SubmitBatch Submit(
        int count = 2, string[]? kinds = null, string[]? queues = null, ushort[]? kindOf = null, ushort[]? queueOf = null, long[]? times = null) =>
        new(
            1,
            new JobBatch
            {
                Count = count,
                Blob = new byte[count],
                Starts = [.. Enumerable.Range(0, count + 1)],
                Kinds = kinds ?? ["resize"],
                KindOf = kindOf,
                Queues = queues ?? ["default"],
                QueueOf = queueOf,
                RunAt = times,
            },
            Notify: true);

    private static WorkerHello Hello(long started, params HeldRun[] held) => new()
    {
        WorkerIncarnation = 1,
        Name = "w",
        Slots = 1,
        Weight = 1_000,
        LifePort = 1,
        Version = "",
        StartedUnixMs = started,
        Kinds = ["resize"],
        Held = held,
    };

    private static WorkerReport Report(long started, long micros, params HeldRun[] held) => new()
    {
        WorkerIncarnation = 1,
        RouterIncarnation = 2,
        Number = 1,
        BatchSeen = 1,
        Credit = 1,
        FirstOutcome = 1,
        Outcomes = [new FinishedRun { Key = 1, StartedUnixMs = started, DurationMicros = micros }],
        Held = held,
    };

    private static void Accepted(object message) => WireMessages.RoundTrip(message);

    private static void Refused(object message) => Assert.Throws<SerializationException>(() => WireMessages.RoundTrip(message));
}
