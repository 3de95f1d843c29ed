using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBalancer.AspNetCore.Guards;
using ActorBalancer.AspNetCore.Reading;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore;

/// <summary>One request on its way to its answer.</summary>
internal sealed class ApiCall(HttpContext context, ServedNode node, ClientAddress clients, ApiMeter meter, IReadOnlyList<Route> routes)
{
    public const string ProblemType = "application/problem+json";

    public const string Draining = "This node is draining: use another one.";

    public HttpContext Context => context;

    public ServedNode Node => node;

    /// <summary>All that is served here.</summary>
    public IReadOnlyList<Route> Routes => routes;

    public StreamSlots Streams => meter.Streams;

    /// <summary>The texts of the path's segments in braces.</summary>
    public string[] Values { get; set; } = [];

    /// <summary>Checked: only members that the route knows, each once and not empty.</summary>
    public Dictionary<string, string> Query { get; set; } = [];

    /// <summary>What comes before every path where the API is part of an application; else empty.</summary>
    public string Base => context.Request.PathBase.ToUriComponent();

    /// <summary>The caller is gone, or the port closes.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>What stands for a source that the caller left out.</summary>
    public string Client => clients.Of(context);

    /// <summary>For the jobs of this caller.</summary>
    public JobReader JobReader() => new(node.Options.Limits.Payload, Client, node.Clock);

    /// <summary>Without the code's word, which has a member of its own here.</summary>
    public static string DetailOf(JobRefusedException refused)
    {
        string word = refused.Code.Word() + ": ";
        return refused.Message.StartsWith(word, StringComparison.Ordinal) ? refused.Message[word.Length..] : refused.Message;
    }

    public Task AnswerAsync<T>(T body, JsonTypeInfo<T> json, int status = StatusCodes.Status200OK) =>
        WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, json), MediaType.Json, status);

    public Task RefuseAsync(JobRefusedException refused) => RefuseAsync(refused.Code, DetailOf(refused));

    public Task RefuseAsync(RefusalCode code, string detail) => RefuseAsync(Problem.Of(code, detail));

    public Task RefuseAsync(Problem problem)
    {
        meter.Refused(problem.Code);
        if (Problem.RetryAfter(problem.Code) is { } seconds)
            context.Response.Headers.RetryAfter = seconds;
        return WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, PlainJson.Problems.Problem), ProblemType, problem.Status);
    }

    /// <summary>Of an application whose node has not started yet.</summary>
    public static Task StartingAsync(HttpContext context, ApiMeter meter)
    {
        Problem problem = Problem.Of(RefusalCode.NotReady, "This node is starting: try again in a second.");
        meter.Refused(problem.Code);
        context.Response.Headers.RetryAfter = Problem.RetryAfter(problem.Code);
        return WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(problem, PlainJson.Problems.Problem), ProblemType, problem.Status, context.RequestAborted);
    }

    /// <summary>A bug of ours; the log has it.</summary>
    public Task FailAsync() => RefuseAsync(Problem.Internal);

    public Task WriteAsync(ReadOnlyMemory<byte> body, string type, int status) => WriteAsync(context, body, type, status, Gone);

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, string type, int status, CancellationToken gone)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, gone);
    }
}
