using System.Data.Common;
using ActorBalancer.SystemTests.Processes;
using ActorBalancer.SystemTests.Transactions;

namespace ActorBalancer.SystemTests.Samples;

public sealed class TransactionSample
{
    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Handler_of_the_readme_books_once_and_its_mail_is_sent(string store)
    {
        await using TransactionCluster app = await TransactionCluster.StartAsync(store, (b, app) => b
            .AddHandler("book", (BookArgs args, JobContext job) => new BookHandler(app.Database).RunAsync(args, job))
            .AddHandler("mail", (MailArgs mail, JobContext _) => Task.FromResult(JobOutcome.OkWith(mail.To))));
        JobId id;
        await using (DbConnection connection = await app.ConnectAsync())
        await using (DbTransaction transaction = await connection.BeginTransactionAsync())
        {
            id = await app.Jobs.SubmitAsync("book", new BookArgs(7, "a@example.org"), transaction);
            await transaction.CommitAsync();
        }
        await Eventually.IsTrue(async () => await app.Jobs.GetAsync(id) is { State: JobState.Succeeded }, "the seat is booked");
        await Eventually.IsTrue(
            async () => await app.Jobs.ListAsync(new JobFilter { Kind = "mail" }) is [{ State: JobState.Succeeded }], "the mail is sent");
        Assert.Equal(1, await app.CountAsync(7));
    }

    private static class Ledger
    {
        public static Task AddAsync(DbTransaction transaction, int seat) => TransactionCluster.WriteAsync(transaction, seat);
    }

    private sealed record BookArgs(int Seat, string To);

    // sample: README, "In your application"
    private sealed class BookHandler(DbDataSource database) : IJobHandler<BookArgs>
    {
        public async Task<JobOutcome> RunAsync(BookArgs args, JobContext job)
        {
            await using DbConnection connection = await database.OpenConnectionAsync(job.Cancellation);
            await using DbTransaction transaction = await connection.BeginTransactionAsync(job.Cancellation);
            await Ledger.AddAsync(transaction, args.Seat);
            job.Submit("mail", new MailArgs(args.To));      // accepted with this run's success, never with its failures
            job.CompleteIn(transaction);                    // the success becomes true with the commit, or not at all
            await transaction.CommitAsync(job.Cancellation);
            return JobOutcome.Ok;
        }
    }
    // end
}
