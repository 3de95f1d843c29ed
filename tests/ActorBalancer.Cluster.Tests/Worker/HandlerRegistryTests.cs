using System.Text;
using System.Text.Json;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Worker;

public sealed class HandlerRegistryTests
{
    private readonly HandlerRegistry _handlers = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddScoped<Scoped>().AddScoped<RegisteredHandler>().BuildServiceProvider(validateScopes: true);

    [Fact]
    public async Task Typed_handler_gets_its_arguments_and_a_scope_an_attempt()
    {
        _handlers.Add<Handler, Args>("typed");
        (Scoped first, JobOutcome outcome) = await RunTypedAsync("typed");
        (Scoped second, _) = await RunTypedAsync("typed");
        Assert.Equal(JobOutcome.OkWith(43), outcome);
        Assert.NotSame(first, second);
        Assert.True(first.Disposed);
    }

    [Fact]
    public async Task Typed_handler_that_the_application_registered_comes_from_there()
    {
        _handlers.Add<RegisteredHandler, Args>("registered");
        (Scoped scoped, _) = await RunTypedAsync("registered");
        Assert.True(scoped.Disposed);
    }

    [Fact]
    public async Task Handler_that_was_made_for_the_attempt_is_disposed_with_it()
    {
        _handlers.Add<DisposableHandler, Args>("disposable");
        await RunAsync("disposable", "{\"number\":1}");
        Assert.True(DisposableHandler.Last!.Disposed);
    }

    [Fact]
    public async Task Lambda_takes_its_argument_services_and_the_job_in_any_order()
    {
        Scoped? seen = null;
        _handlers.AddLambda("mail", async (Args args, Scoped scoped, JobContext job) =>
        {
            await Task.Yield();
            seen = scoped;
            Assert.Same(scoped, job.Services.GetRequiredService<Scoped>());
            return JobOutcome.OkWith(args.Number);
        });
        Assert.Equal(JobOutcome.OkWith(7), await RunAsync("mail", "{\"number\":7}"));
        Assert.True(seen!.Disposed);
    }

    [Fact]
    public async Task Lambda_may_return_an_outcome_or_either_task_of_one()
    {
        _handlers.AddLambda("plain", (int n) => JobOutcome.OkWith(n));
        _handlers.AddLambda("task", (int n, JobContext _) => Task.FromResult(JobOutcome.OkWith(n)));
        _handlers.AddLambda("value-task", (int n) => new ValueTask<JobOutcome>(JobOutcome.OkWith(n)));
        foreach (string kind in _handlers.Kinds)
            Assert.Equal(JobOutcome.OkWith(5), await RunAsync(kind, "5"));
    }

    [Fact]
    public async Task Arguments_that_cannot_be_read_say_where_and_never_what()
    {
        _handlers.AddLambda("mail", (Args args) => JobOutcome.Ok);
        foreach (string payload in new[] { "{\"number\":\"secret\"}", "secret", "{\"number\":", "" })
        {
            InvalidArgumentsException e = await Assert.ThrowsAsync<InvalidArgumentsException>(() => RunAsync("mail", payload));
            Assert.Contains("cannot be read as Args", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        }
        Assert.Contains("null", (await Assert.ThrowsAsync<InvalidArgumentsException>(() => RunAsync("mail", "null"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_of_a_wrong_shape_is_refused_with_what_to_change()
    {
        Refused("returns Int32; it must return", (int a) => a);
        Refused("returns Task; it must return", (int a) => Task.CompletedTask);
        Refused("must take the job's argument as its first parameter", () => JobOutcome.Ok);
        Refused("must take the job's argument as its first parameter", (JobContext job) => JobOutcome.Ok);
        Refused("takes a CancellationToken; take the JobContext", (int a, CancellationToken stop) => JobOutcome.Ok);
        Refused("of type Int32, which no service can be", (int a, int b) => JobOutcome.Ok);
        Refused("takes the JobContext twice", (int a, JobContext b, JobContext c) => JobOutcome.Ok);

        void Refused(string why, Delegate handler) =>
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => _handlers.AddLambda("bad", handler)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mail")]
    [InlineData("-mail")]
    [InlineData("mail room")]
    public void Kind_that_is_no_name_is_refused(string kind) =>
        Assert.Contains("is no kind", Assert.Throws<ArgumentException>(() => _handlers.AddLambda(kind, (int n) => JobOutcome.Ok)).Message, StringComparison.Ordinal);

    [Fact]
    public void Second_handler_of_a_kind_is_refused()
    {
        _handlers.AddLambda("mail", (int n) => JobOutcome.Ok);
        Assert.Contains("has a handler already", Assert.Throws<ArgumentException>(() => _handlers.Add<Handler, Args>("mail")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Context_tells_the_job_and_the_attempt()
    {
        JobContext job = Context();
        Assert.Equal((new JobId(77), "mail", "default", 3, 10L), (job.Id, job.Kind, job.Queue, job.Attempt, job.Fence));
        Assert.Equal(job.Id.ToString(), job.Source);
    }

    [Fact]
    public void Cancellation_that_came_before_it_was_asked_for_is_seen()
    {
        JobContext job = Context();
        job.Cancel();
        Assert.True(job.Cancellation.IsCancellationRequested);
        JobContext other = Context();
        CancellationToken token = other.Cancellation;
        Assert.False(token.IsCancellationRequested);
        other.Cancel();
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public async Task Middleware_runs_around_the_handler_in_its_order_and_in_the_same_scope()
    {
        List<string> order = [];
        Scoped? outer = null;
        _handlers.AddLambda("mail", (Args args, Scoped scoped) =>
        {
            Assert.Same(outer, scoped);
            order.Add("handler");
            return JobOutcome.OkWith(args.Number);
        });
        _handlers.Use(async (job, next) =>
        {
            outer = job.Services.GetRequiredService<Scoped>();
            order.Add("first");
            JobOutcome outcome = await next();
            order.Add("last");
            return outcome;
        });
        _handlers.Use((_, next) =>
        {
            order.Add("second");
            return next();
        });
        Assert.Equal(JobOutcome.OkWith(7), await RunAsync("mail", "{\"number\":7}"));
        Assert.Equal(["first", "second", "handler", "last"], order);
        Assert.True(outer!.Disposed);
    }

    [Fact]
    public async Task Middleware_may_give_the_outcome_itself_or_another_one()
    {
        _handlers.AddLambda("odd", (int n) => n % 2 == 1 ? JobOutcome.Ok : throw new InvalidDataException());
        _handlers.Use(async (job, next) =>
        {
            if (job.Kind != "mail")
                return JobOutcome.Discard("another kind");
            try
            {
                return await next();
            }
            catch (InvalidDataException)
            {
                return JobOutcome.Discard("even");
            }
        });
        Assert.Equal(JobOutcome.Ok, await RunAsync("odd", "1"));
        Assert.Equal(JobOutcome.Discard("even"), await RunAsync("odd", "2"));
    }

    private JobContext Context() => new(
        new RunToken(10, 1, 1), new AssignedJob { Key = 77, Kind = "mail", Queue = "default", Attempt = 3 }, _services, NullLogger.Instance, Surroundings.Of("w1"));

    private Task<JobOutcome> RunAsync(string kind, string payload) => _handlers.Find(kind)!(Encoding.UTF8.GetBytes(payload), Context()).AsTask();

    private async Task<(Scoped Scoped, JobOutcome Outcome)> RunTypedAsync(string kind)
    {
        JobContext job = Context();
        JobOutcome outcome = await _handlers.Find(kind)!(JsonSerializer.SerializeToUtf8Bytes(new { number = 42 }), job);
        return (Handler.Last!, outcome);
    }

    private sealed record Args(int Number);

    private sealed class Scoped : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    private class Handler(Scoped scoped) : IJobHandler<Args>
    {
        public Task<JobOutcome> RunAsync(Args args, JobContext job)
        {
            Assert.Same(scoped, job.Services.GetRequiredService<Scoped>());
            Last = scoped;
            return Task.FromResult(JobOutcome.OkWith(args.Number + 1));
        }

        public static Scoped? Last { get; private set; }
    }

    private sealed class RegisteredHandler(Scoped scoped) : Handler(scoped);

    private sealed class DisposableHandler : IJobHandler<Args>, IDisposable
    {
        public static DisposableHandler? Last { get; private set; }

        public bool Disposed { get; private set; }

        public Task<JobOutcome> RunAsync(Args args, JobContext job)
        {
            Last = this;
            return Task.FromResult(JobOutcome.Ok);
        }

        public void Dispose() => Disposed = true;
    }
}
