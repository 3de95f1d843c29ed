using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.SystemTests.Samples;

/// <summary>The README's example for an ASP.NET application, compiled and run.</summary>
public sealed class WebSample
{
    [Fact]
    public async Task Web_application_runs_its_handlers_with_middleware_sections_and_generated_json()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ActorBalancer:Store"] = "memory",
            ["ActorBalancer:Worker:Slots"] = "4",
            ["ActorBalancer:Queues:mail:Attempts"] = "1",
            ["ActorBalancer:Queues:mail:TimeLimit"] = "00:01:00",
        });
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication("none").AddScheme<AuthenticationSchemeOptions, Nobody>("none", null);
        builder.Services.AddSingleton<Visits>();

        // sample: web application
        builder.Services.AddActorBalancer(b => b
            .AddHandler<ResizeHandler, ResizeArgs>("resize")
            .Use(async (job, next) =>
            {
                job.Services.GetRequiredService<Visits>().Add(job.Kind);
                return await next();
            })
            .Json(ShopJson.Default));
        builder.Services.AddHealthChecks().AddActorBalancer();
        builder.Services.AddAuthorizationBuilder().AddPolicy("ops", policy => policy.RequireRole("ops"));

        WebApplication app = builder.Build();
        app.MapActorBalancer("/jobs").RequireAuthorization("ops");
        app.MapHealthChecks("/health");
        // end

        await using (app)
        {
            await app.StartAsync();
            IJobClient jobs = app.Services.GetRequiredService<IJobClient>();
            JobResult result = await jobs.WaitAsync(await jobs.SubmitAsync("resize", new ResizeArgs(42, 640), o => o.Queue = "mail"));
            Assert.Equal("image 42 at 640", result.Read(ShopJson.Default.String));
            Assert.Equal(["resize"], app.Services.GetRequiredService<Visits>().Seen);
            Assert.Equal(4, Assert.Single(await app.Services.GetRequiredService<Cluster.Gateway.JobClient>().ListWorkersAsync()).Slots);
            JobResult dead = await jobs.WaitAsync(await jobs.SubmitAsync("resize", "no image", o => o.Queue = "mail"));
            Assert.Equal(DeadReason.Attempts, dead.Reason);
            using HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) };
            Assert.Equal("Healthy", await http.GetStringAsync("/health"));
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/jobs/v1/queues")).StatusCode);
            await app.StopAsync();
        }
    }

    private sealed class Visits
    {
        private readonly List<string> _seen = [];

        public IReadOnlyList<string> Seen
        {
            get
            {
                lock (_seen)
                    return [.. _seen.Distinct()];
            }
        }

        public void Add(string kind)
        {
            lock (_seen)
                _seen.Add(kind);
        }
    }

    private sealed class Nobody(
        Microsoft.Extensions.Options.IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }
}

[JsonSerializable(typeof(ResizeArgs))]
[JsonSerializable(typeof(string))]
internal sealed partial class ShopJson : JsonSerializerContext;
