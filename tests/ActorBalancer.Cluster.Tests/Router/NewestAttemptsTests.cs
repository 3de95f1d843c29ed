using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Cluster.Router;
using ActorBalancer.Cluster.Tests.Wire;

namespace ActorBalancer.Cluster.Tests.Router;

public sealed class NewestAttemptsTests
{
    [Fact]
    public void Attempts_that_fit_are_all_kept()
    {
        IReadOnlyList<JobAttempt> attempts = Attempts(3, errorLength: 100);
        Assert.Same(attempts, NewestAttempts.Within(10_000, attempts));
    }

    [Fact]
    public void A_thousand_long_errors_are_cut_to_the_newest_that_fit_in_a_message()
    {
        const int Bytes = 512 << 10;
        IReadOnlyList<JobAttempt> kept = NewestAttempts.Within(Bytes, Attempts(1_000, errorLength: 4_096));

        Assert.Equal(Enumerable.Range(1_001 - kept.Count, kept.Count), kept.Select(a => a.Number));
        Assert.InRange(WireMessages.Serializer.ToBinary(new IGatewayProtocol.JobAnswer(1, Job(kept))).Length, Bytes * 9 / 10, Bytes);
    }

    [Fact]
    public void Attempt_that_alone_does_not_fit_is_left_out() => Assert.Empty(NewestAttempts.Within(1_000, Attempts(2, errorLength: 1_000)));

    // Each error is another text of three-byte characters, so that the message cannot share or shrink them.
    private static JobAttempt[] Attempts(int count, int errorLength) =>
    [
        .. Enumerable.Range(1, count).Select(n => new JobAttempt(
            n, "worker", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, AttemptOutcome.Failed, $"{n:0000}{new string('\u20AC', errorLength - 4)}", "random")),
    ];

    private static JobInfo Job(IReadOnlyList<JobAttempt> attempts) => new()
    {
        Id = new JobId(1),
        Kind = "resize",
        Queue = "default",
        Source = "1",
        State = JobState.Dead,
        Attempt = attempts.Count,
        SubmittedAt = DateTimeOffset.UnixEpoch,
        Attempts = attempts,
    };
}
