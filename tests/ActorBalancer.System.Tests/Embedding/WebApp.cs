using System.Security.Claims;
using System.Text.Encodings.Web;
using ActorBalancer.Cluster.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorBalancer.SystemTests.Embedding;

/// <summary>An ASP.NET application with a node in it, the API under <c>/jobs</c> for its role <c>ops</c>, and a page of its own.</summary>
internal sealed class WebApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebApp(WebApplication app) => (_app, Http) = (app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });

    /// <summary>A caller without any role.</summary>
    public HttpClient Http { get; }

    public IJobClient Jobs => _app.Services.GetRequiredService<IJobClient>();

    public BalancerNode Node => _app.Services.GetRequiredService<HostedNode>().Node!;

    public static async Task<WebApp> StartAsync(Action<BalancerBuilder> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddActorBalancer(b => configure(b.UseMemory().Name("shop")));
        builder.Services.AddHealthChecks().AddActorBalancer();
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderRole>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("ops", policy => policy.RequireRole("ops"));
        WebApplication app = builder.Build();
        app.MapGet("/", () => "the shop");
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            ResponseWriter = (context, report) => context.Response.WriteAsync(string.Join('\n', report.Entries.Values.Select(e => $"{e.Status}: {e.Description}"))),
            ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable },
        });
        app.MapGroup("/inside").MapActorBalancer("/jobs").RequireAuthorization("ops");
        await app.StartAsync();
        return new WebApp(app);
    }

    /// <summary>Sends as somebody with the role.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, string? origin = null)
    {
        HttpRequestMessage request = new(method, path) { Content = json is null ? null : new StringContent(json, null, "application/json") };
        request.Headers.Add("X-Role", "ops");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class HeaderRole(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string? role = Request.Headers["X-Role"];
            ClaimsPrincipal who = new(new ClaimsIdentity(role is null ? [] : [new Claim(ClaimTypes.Role, role)], Scheme.Name));
            return Task.FromResult(role is null ? AuthenticateResult.NoResult() : AuthenticateResult.Success(new AuthenticationTicket(who, Scheme.Name)));
        }
    }
}
