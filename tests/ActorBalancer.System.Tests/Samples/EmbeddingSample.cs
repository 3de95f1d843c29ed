using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBalancer.SystemTests.Samples;

/// <summary>The README's example for a plain .NET host, compiled and run.</summary>
public sealed class EmbeddingSample
{
    [Fact]
    public async Task Plain_host_runs_its_first_job()
    {
        Outbox outbox = new();

        // sample: plain host
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IMailer>(outbox);
        builder.Services.AddActorBalancer(b => b
            .AddHandler<ResizeHandler, ResizeArgs>("resize")
            .AddHandler("mail", async (MailArgs mail, IMailer mailer, JobContext job) =>
            {
                await mailer.SendAsync(mail.To, job.Cancellation);
                return JobOutcome.Ok;
            }));
        using IHost host = builder.Build();
        await host.StartAsync();

        IJobClient jobs = host.Services.GetRequiredService<IJobClient>();
        JobId id = await jobs.SubmitAsync("resize", new ResizeArgs(42, 640), o => o.Source = "album-7");
        JobResult result = await jobs.WaitAsync(id);
        // end

        Assert.Equal("image 42 at 640", result.Read<string>());
        JobResult mailed = await jobs.WaitAsync(await jobs.SubmitAsync("mail", new MailArgs("ada@example.org")));
        Assert.Equal(JobState.Succeeded, mailed.State);
        Assert.Equal(["ada@example.org"], outbox.Sent);
        await host.StopAsync();
    }
}

/// <summary>What the jobs of kind <c>resize</c> are about.</summary>
public sealed record ResizeArgs(int Image, int Width);

/// <summary>A typed handler: an instance from a service scope of its own runs each attempt.</summary>
public sealed class ResizeHandler : IJobHandler<ResizeArgs>
{
    /// <inheritdoc/>
    public Task<JobOutcome> RunAsync(ResizeArgs args, JobContext job) =>
        Task.FromResult(JobOutcome.OkWith($"image {args.Image} at {args.Width}"));
}

/// <summary>What the jobs of kind <c>mail</c> are about.</summary>
public sealed record MailArgs(string To);

/// <summary>A service of the application.</summary>
public interface IMailer
{
    /// <summary>Sends a mail.</summary>
    Task SendAsync(string to, CancellationToken cancellation);
}

internal sealed class Outbox : IMailer
{
    public List<string> Sent { get; } = [];

    public Task SendAsync(string to, CancellationToken cancellation)
    {
        lock (Sent)
            Sent.Add(to);
        return Task.CompletedTask;
    }
}
