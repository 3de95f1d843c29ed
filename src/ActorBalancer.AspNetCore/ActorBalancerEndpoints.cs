using System.Diagnostics.CodeAnalysis;
using ActorBalancer.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer;

/// <summary>Serves the HTTP API in an ASP.NET application.</summary>
public static class ActorBalancerEndpoints
{
    private const string Rest = "path";

    /// <summary>
    /// Answers everything below <paramref name="prefix"/>: <c>PREFIX/v1/jobs</c> and the other routes, <c>PREFIX/healthz</c>,
    /// <c>PREFIX/readyz</c>, and at the prefix itself what there is. Metrics are the application's matter: collect the meters
    /// <c>ActorBalancer</c> and <c>ActorBalancer.Http</c>. Whoever reaches these routes may submit any job and see all of them, so say who may:
    /// <c>app.MapActorBalancer("/jobs").RequireAuthorization("ops")</c>. Names in the Host header are the application's to filter
    /// (<c>AllowedHosts</c>); requests of other origins are refused.
    /// </summary>
    /// <param name="endpoints">Of the application, or of a group.</param>
    /// <param name="prefix">A path without parameters, such as <c>/jobs</c>; empty: the application's root.</param>
    /// <returns>What <c>RequireAuthorization</c>, <c>RequireRateLimiting</c> and the like are said of.</returns>
    /// <exception cref="InvalidOperationException">The application has no node: <c>AddActorBalancer</c> was not called, nor <c>AddActorBalancerClient</c> for a guest.</exception>
    /// <exception cref="ArgumentException">The prefix has parameters.</exception>
    public static IEndpointConventionBuilder MapActorBalancer(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/jobs")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Contains('{', StringComparison.Ordinal))
            throw new ArgumentException($"'{prefix}' has parameters; the prefix is a path such as /jobs.", nameof(prefix));
        HostedApi api = HostedApi.Of(endpoints.ServiceProvider);
        return endpoints.Map(RoutePatternFactory.Parse($"{prefix.TrimEnd('/')}/{{**{Rest}}}"), context => RunAsync(api, context)).WithDisplayName("ActorBalancer");
    }

    private static async Task RunAsync(HostedApi api, HttpContext context)
    {
        HttpRequest request = context.Request;
        (PathString path, PathString start) = (request.Path, request.PathBase);
        // What the pattern left over, as it stands in the path.
        string all = path.Value ?? "", rest = (string?)request.RouteValues[Rest] ?? "";
        string before = all[..^rest.Length].TrimEnd('/');
        (request.PathBase, request.Path) = (start.Add(before), rest.Length == 0 ? "/" : all[before.Length..]);
        try
        {
            await api.RunAsync(context);
        }
        finally
        {
            (request.Path, request.PathBase) = (path, start);
        }
    }
}
