using System.Text;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Kinds;
using ActorBalancer.Options;
using ActorBalancer.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.SystemTests.Kinds;

public sealed class HttpKindTests
{
    private const string Fine = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\n\u0001\u00FFab";

    private readonly JobContext _job = new(
        new RunToken(1, 1, 1), new AssignedJob { Kind = "http", Queue = "default", Key = 7, Attempt = 1 }, new ServiceCollection().BuildServiceProvider(), NullLogger.Instance,
        new JobSurroundings
        {
            WorkerName = "w",
            Clock = TimeProvider.System,
            PayloadLimit = 1,
            ResultLimit = 1,
            Transactions = static _ => throw new NotSupportedException(),
        });

    [Fact]
    public async Task The_body_is_posted_with_the_jobs_id_and_the_answers_body_is_the_result()
    {
        (JobOutcome outcome, string request) = await CallAsync(Fine, """ "body":"é","headers":{"X-A":"b","Content-Type":"text/csv"} """);
        Assert.Equal(JobOutcome.OkBytes(new byte[] { 1, 0xFF, (byte)'a', (byte)'b' }), outcome);
        Assert.StartsWith("POST /hook?q=1 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"\r\nIdempotency-Key: {_job.Id}\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-A: b\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/csv\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n\u00C3\u00A9", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_goes_as_it_stands_and_other_methods_too()
    {
        (_, string json) = await CallAsync(Fine, """ "json":{ "a" : 1.50 } """);
        Assert.Contains("\r\nContent-Type: application/json\r\n", json, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{ \"a\" : 1.50 }", json, StringComparison.Ordinal);
        (_, string get) = await CallAsync(Fine, """ "method":"GET" """);
        Assert.StartsWith("GET /hook?q=1 HTTP/1.1\r\n", get, StringComparison.Ordinal);
        (_, string bytes) = await CallAsync(Fine, """ "method":"PUT","body":{"b64":"/wA="} """);
        Assert.EndsWith("\r\n\r\n\u00FF\0", bytes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("429 Too Many Requests", "Retry-After: 7", AttemptOutcome.Retry, 7)]
    [InlineData("503 Busy", "Retry-After: Thu, 01 Jan 2026 00:01:00 GMT", AttemptOutcome.Retry, 60)]
    [InlineData("503 Busy", "Retry-After: 999999", AttemptOutcome.Retry, 3600)]
    [InlineData("503 Busy", "Retry-After: Thu, 01 Jan 1970 00:01:00 GMT", AttemptOutcome.Retry, 0)]
    [InlineData("503 Busy", "X: y", AttemptOutcome.Failed, null)]
    [InlineData("500 Oops", "Retry-After: 7", AttemptOutcome.Failed, null)]
    [InlineData("408 Late", "X: y", AttemptOutcome.Failed, null)]
    [InlineData("404 Not Found", "X: y", AttemptOutcome.Discarded, null)]
    [InlineData("301 Moved", "Location: http://elsewhere.example/", AttemptOutcome.Discarded, null)]
    public async Task What_the_answer_says_decides(string status, string header, object outcome, int? seconds)
    {
        (JobOutcome got, _) = await CallAsync($"HTTP/1.1 {status}\r\nConnection: close\r\n{header}\r\nContent-Length: 3\r\n\r\nwhy", """ "body":"" """);
        Assert.Equal((AttemptOutcome)outcome, got.Kind);
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, got.RetryAfter);
        Assert.StartsWith($"answered {status}", got.Reason, StringComparison.Ordinal);
        Assert.Contains(status[0] == '3' ? "elsewhere.example" : ": why", got.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_over_the_limit_of_results_is_not_asked_for_again()
    {
        (JobOutcome outcome, _) = await CallAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + new string('x', 1001), """ "body":"" """);
        Assert.Equal(AttemptOutcome.Discarded, outcome.Kind);
        Assert.Contains("more than 1000 bytes", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://127.0.0.2:{0}/")]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://127.0.0.1/")]
    public async Task Only_what_is_listed_is_called_whatever_it_resolves_to(string url)
    {
        await using ScriptedServer server = new(Fine);
        using HttpKind kind = Kind($"127.0.0.1:{server.Port}");
        JobOutcome outcome = await kind.RunAsync(Encoding.UTF8.GetBytes($$"""{"url":"{{url.Replace("{0}", $"{server.Port}", StringComparison.Ordinal)}}"}"""), _job);
        Assert.Equal(AttemptOutcome.Failed, outcome.Kind);
        Assert.Contains("is not allowed on this worker", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("localhost", "LocalHost.", 80, true)]
    [InlineData("localhost", "localhost", 443, true)]
    [InlineData("localhost", "localhost", 8080, false)]
    [InlineData("localhost:8080", "localhost", 80, false)]
    [InlineData("[::1]:8080", "[0:0::1]", 8080, true)]
    [InlineData("10.0.0.5", "10.0.0.5", 80, true)]
    [InlineData("a.example", "b.a.example", 80, false)]
    public void Hosts_are_compared_by_name_and_port(string allow, string host, int port, bool allowed) =>
        Assert.Equal(allowed, new AllowedHosts([allow]).Contains(host, port));

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used_and_no_answer_is_a_failure()
    {
        await using ScriptedServer proxy = new(Fine);
        Environment.SetEnvironmentVariable("http_proxy", $"http://127.0.0.1:{proxy.Port}");
        try
        {
            using HttpKind kind = Kind("127.0.0.1:1");
            JobOutcome outcome = await kind.RunAsync("""{"url":"http://127.0.0.1:1/"}"""u8.ToArray(), _job);
            Assert.Equal(AttemptOutcome.Failed, outcome.Kind);
            Assert.StartsWith("no answer from 127.0.0.1:1", outcome.Reason, StringComparison.Ordinal);
            Assert.Empty(proxy.Requests);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }
    }

    [Theory]
    [InlineData("""{}""", "http takes")]
    [InlineData("""{"url":"ftp://a/"}""", "url must be")]
    [InlineData("""{"url":"http://user@a/"}""", "url must be")]
    [InlineData("""{"url":"http://a/","body":"","json":1}""", "http takes")]
    [InlineData("""{"url":"http://a/","method":"CONNECT"}""", "method must be")]
    [InlineData("""{"url":"http://a/","headers":{"hOST":"b"}}""", "headers sets hOST")]
    [InlineData("""{"url":"http://a/","headers":{"X":"a\r\nY: b"}}""", "no header may have")]
    [InlineData("""{"url":"http://a/","timeout":1}""", "'timeout' is unknown")]
    public async Task A_payload_that_says_something_else_is_discarded_with_what_is_right(string payload, string says)
    {
        using HttpKind kind = Kind("a");
        JobOutcome outcome = await kind.RunAsync(Encoding.UTF8.GetBytes(payload), _job);
        Assert.Equal(AttemptOutcome.Discarded, outcome.Kind);
        Assert.Contains(says, outcome.Reason, StringComparison.Ordinal);
    }

    private async Task<(JobOutcome Outcome, string Request)> CallAsync(string answer, string members)
    {
        await using ScriptedServer server = new(answer);
        using HttpKind kind = Kind($"127.0.0.1:{server.Port}");
        JobOutcome outcome = await kind.RunAsync(Encoding.UTF8.GetBytes($$"""{"url":"http://127.0.0.1:{{server.Port}}/hook?q=1",{{members}}}"""), _job);
        return (outcome, Assert.Single(server.Requests));
    }

    private static HttpKind Kind(string allow)
    {
        BalancerConfiguration configuration = BalancerConfiguration.Load(new ConfigurationSources
        {
            Overrides = [new("actorbalancer.worker.http.allow.0", allow), new("actorbalancer.limits.result", "1000")],
        });
        return new HttpKind(configuration.Options, new FixedClock());
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
