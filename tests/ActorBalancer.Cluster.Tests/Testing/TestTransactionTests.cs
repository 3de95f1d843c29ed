using System.Data;
using System.Data.Common;
using ActorBalancer.Testing;

namespace ActorBalancer.Cluster.Tests.Testing;

public sealed class TestTransactionTests
{
    [Fact]
    public async Task Run_that_completes_in_a_transaction_succeeds_with_what_it_submitted()
    {
        using TestBalancer balancer = new(b => b
            .AddHandler("book", (int seat, JobContext job) =>
            {
                job.Submit("mail", seat);
                job.CompleteIn(new NoTransaction(), new byte[] { (byte)('0' + seat) });
                return seat == 7 ? JobOutcome.Ok : JobOutcome.Discard("rolled back");
            })
            .AddHandler("mail", (int seat) => JobOutcome.Ok));
        JobId booked = await balancer.SubmitAsync("book", 7, new NoTransaction());
        JobId discarded = await balancer.SubmitAsync("book", 8, new NoTransaction());
        await balancer.RunToEndAsync();
        Assert.Equal(7, (await balancer.WaitAsync(booked)).Read<int>());
        Assert.Equal(JobState.Discarded, (await balancer.WaitAsync(discarded)).State);
        Assert.Equal(7, balancer.AssertSubmitted("mail").Args<int>());
        await Assert.ThrowsAsync<JobRefusedException>(() => balancer.SubmitAsync("book", 9, new NoTransaction(), o => o.Key = "k"));
    }

    private sealed class NoTransaction : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}
