using ActorBalancer.AspNetCore.Guards;
using ActorBalancer.AspNetCore.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorBalancer.AspNetCore;

/// <summary>From a request to its route: guards, path, method, query, in this order. One delegate, for any ASP.NET pipeline.</summary>
internal sealed class Api(ServedNode node, HostGuard hosts, ClientAddress clients, ApiMeter meter, ILogger<Api> log, params Route[] own)
{
    private readonly Route[] _routes = [.. Routes.All, .. own];

    public async Task RunAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        ApiCall call = new(context, node, clients, meter, _routes);
        try
        {
            await RouteAsync(call);
        }
        catch (JobRefusedException refused) when (!response.HasStarted)
        {
            await call.RefuseAsync(refused);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || node.Closing.IsCancellationRequested)
        {
            if (!response.HasStarted && !context.RequestAborted.IsCancellationRequested)
                await call.RefuseAsync(RefusalCode.NotReady, "This node is stopping: use another one.");
        }
        catch (Exception fault) when (fault is not BadHttpRequestException)
        {
            // What the server itself refuses, such as a body that never comes, is its own matter. This here is a bug.
            Log.Failed(log, fault, context.Request.Method, context.Request.Path);
            if (response.HasStarted)
                context.Abort();
            else
                await call.FailAsync();
        }
    }

    private Task RouteAsync(ApiCall call)
    {
        HttpRequest request = call.Context.Request;
        if (Framing.Fault(request) is { } ambiguity)
        {
            call.Context.Response.Headers.Connection = "close";
            return call.RefuseAsync(RefusalCode.Invalid, ambiguity);
        }
        if (hosts.Fault(call.Context) is { } fault)
            return call.RefuseAsync(RefusalCode.Forbidden, fault);

        string[] segments = (request.Path.Value ?? "").Split('/');
        List<string> methods = [];
        foreach (Route route in _routes)
        {
            if (route.Match(segments) is not { } values)
                continue;
            if (route.Method == request.Method || (route.Method == HttpMethods.Get && HttpMethods.IsHead(request.Method)))
                return RunAsync(route, call, values);
            methods.AddRange(route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method]);
        }
        if (methods.Count == 0)
            return call.RefuseAsync(RefusalCode.NotFound, "There is nothing at this path: GET / lists what there is.");
        string allow = string.Join(", ", methods);
        call.Context.Response.Headers.Allow = allow;
        return call.RefuseAsync(RefusalCode.Method, $"This path answers {allow}.");
    }

    private Task RunAsync(Route route, ApiCall call, string[] values)
    {
        call.Values = values;
        if (!route.IsApi)
            return route.Run(call);
        if (QueryReader.Fault(call.Context.Request.QueryString.Value, route.Query, out Dictionary<string, string> query) is { } fault)
            return call.RefuseAsync(RefusalCode.Invalid, fault);
        call.Query = query;
        return node.Options.IsRouter ? route.Run(call) : call.RefuseAsync(RefusalCode.NotReady, Elsewhere());
    }

    private string Elsewhere()
    {
        IReadOnlyList<string> routers = RouterHosts.Of(node);
        return routers.Count == 0
            ? "This node is no router and knows none yet: ask a node with the role router."
            : $"This node is no router: ask the HTTP port of a router node, on {string.Join(" or ", routers)}.";
    }
}
