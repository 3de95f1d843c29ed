using System.Net;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using Akka.Actor;

namespace ActorBalancer.SystemTests.Embedding;

/// <summary>The API and the health check in an application of somebody else.</summary>
public sealed class WebAppTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Application_serves_the_api_under_its_prefix_to_whom_it_lets_in()
    {
        await using WebApp app = await WebApp.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)));
        Assert.Equal("the shop", await app.Http.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Http.GetAsync("/inside/jobs/v1/queues")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync(HttpMethod.Get, "/jobs/v1/queues")).StatusCode);

        await app.Jobs.WaitAsync(await app.Jobs.SubmitAsync("double", 1)).WaitAsync(Hang);
        HttpResponseMessage accepted = await app.SendAsync(HttpMethod.Post, "/inside/jobs/v1/jobs", """{"kind":"double","payload":21}""");
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
        string job = accepted.Headers.Location!.OriginalString;
        Assert.StartsWith("/inside/jobs/v1/jobs/", job, StringComparison.Ordinal);
        Assert.Equal("42", await TextAsync(app.SendAsync(HttpMethod.Get, job + "/result?wait=60")));

        string index = await TextAsync(app.SendAsync(HttpMethod.Get, "/inside/jobs"));
        Assert.Contains("\"GET /inside/jobs/v1/queues\"", index, StringComparison.Ordinal);
        Assert.DoesNotContain("/metrics", index, StringComparison.Ordinal);
        Assert.Equal(index, await TextAsync(app.SendAsync(HttpMethod.Get, "/inside/jobs/")));
        Assert.Equal("not_found", await CodeAsync(app.SendAsync(HttpMethod.Get, "/inside/jobs/v1/nothing")));
        Assert.Equal("method", await CodeAsync(app.SendAsync(HttpMethod.Delete, "/inside/jobs/v1/queues")));
        Assert.Equal("forbidden", await CodeAsync(app.SendAsync(HttpMethod.Get, "/inside/jobs/v1/queues", origin: "https://elsewhere.example")));
        Assert.Equal("Healthy: shop is ready.", await TextAsync(app.Http.GetAsync("/health")));
    }

    [Fact]
    public async Task Node_that_stops_by_itself_turns_the_health_check_and_leaves_the_application_alone()
    {
        TaskCompletionSource<BalancerStopped> told = new();
        await using WebApp app = await WebApp.StartAsync(b => b.AddHandler("double", (int n) => JobOutcome.OkWith(2 * n)).OnStopped(told.SetResult));
        app.Node.System.ActorSelection("/user/actorbalancer/router").Tell(Kill.Instance);
        BalancerStopped stopped = await told.Task.WaitAsync(Hang);
        HttpResponseMessage health = await app.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal($"Unhealthy: shop stopped: {stopped.Reason}; a restart alone would meet the same again.", await health.Content.ReadAsStringAsync());
        Assert.Equal("not_ready", await CodeAsync(app.SendAsync(HttpMethod.Get, "/inside/jobs/readyz")));
        Assert.Equal("the shop", await app.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Stopping_application_ends_its_event_streams_and_lets_running_jobs_finish()
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously), end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool ended = false;
        await using WebApp app = await WebApp.StartAsync(b => b.AddHandler("wait", async (int _, JobContext job) =>
        {
            job.Progress(0.5, "half");
            started.SetResult();
            await end.Task;
            ended = true;
            return JobOutcome.Ok;
        }));
        HttpResponseMessage stream = await app.SendAsync(HttpMethod.Get, "/inside/jobs/v1/events");
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
        JobId id = await app.Jobs.SubmitAsync("wait", 1);
        await started.Task.WaitAsync(Hang);
        await Eventually.IsTrue(
            async () => (await TextAsync(app.SendAsync(HttpMethod.Get, $"/inside/jobs/v1/jobs/{id}"))).Contains("""
                "progress":{"fraction":0.5,"note":"half"}
                """, StringComparison.Ordinal),
            "the job shows its progress");
        Task stop = app.StopAsync();
        await stream.Content.ReadAsStringAsync().WaitAsync(Hang);
        Assert.False(stop.IsCompleted);
        end.SetResult();
        await stop.WaitAsync(Hang);
        Assert.True(ended);
    }

    private static async Task<string> TextAsync(Task<HttpResponseMessage> answer)
    {
        using HttpResponseMessage got = await answer;
        return await got.Content.ReadAsStringAsync();
    }

    private static async Task<string?> CodeAsync(Task<HttpResponseMessage> answer) =>
        JsonDocument.Parse(await TextAsync(answer)).RootElement.GetProperty("code").GetString();
}
