namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class GuardTests(SharedNode shared)
{
    private const string Job = """{"kind":"echo","payload":1}""";

    private int Port => shared.Node.Port;

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:8600")]
    public async Task Host_of_this_machine_is_answered(string host) => Assert.Equal(200, (await GetAsync($"Host: {host}\r\n")).Status);

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("")]
    public async Task Foreign_host_is_forbidden(string host) => IsProblem(await GetAsync($"Host: {host}\r\n"), 403, "forbidden");

    [Fact]
    public async Task Own_origin_is_answered() => Assert.Equal(200, (await GetAsync($"Host: localhost:{Port}\r\nOrigin: http://localhost:{Port}\r\n")).Status);

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:1")]
    [InlineData("https://localhost:#")]
    [InlineData("http://127.0.0.1:#")]
    [InlineData("http://x@localhost:#")]
    [InlineData("null")]
    [InlineData("http://localhost:#\r\nOrigin: http://localhost:#")]
    public async Task Foreign_origin_is_forbidden_and_nothing_allows_it(string origin)
    {
        string port = $"{Port}";
        RawAnswer answer = await GetAsync($"Host: localhost:{port}\r\nOrigin: {origin.Replace("#", port, StringComparison.Ordinal)}\r\n");
        IsProblem(answer, 403, "forbidden");
        Assert.DoesNotContain(answer.Headers.Keys, k => k.StartsWith("access-control", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/healthz", "GET, HEAD")]
    [InlineData("TRACE", "/", "GET, HEAD")]
    [InlineData("OPTIONS", "/v1/jobs", "POST, GET, HEAD")]
    [InlineData("DELETE", "/v1/queues/default", "GET, HEAD, PATCH")]
    [InlineData("HEAD", "/v1/jobs:bulk", "POST")]
    [InlineData("GET", "/v1/jobs/0010000000000/cancel", "POST")]
    [InlineData("get", "/v1/events", "GET, HEAD")]
    public async Task Other_verbs_are_refused_with_what_is_allowed(string verb, string path, string allow)
    {
        RawAnswer answer = await RawHttp.SendAsync(Port, $"{verb} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", isHead: verb == "HEAD");
        Assert.Equal(405, answer.Status);
        Assert.Equal(allow, answer.Headers["allow"]);
        if (verb != "HEAD")
            IsProblem(answer, 405, "method");
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1")]
    [InlineData("/v2/jobs")]
    [InlineData("/v1/jobs/")]
    [InlineData("/V1/jobs")]
    [InlineData("//v1/jobs")]
    [InlineData("/v1/jobs/x/y/z")]
    public async Task Unknown_path_is_not_found(string path) =>
        IsProblem(await RawHttp.SendAsync(Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404, "not_found");

    [Theory]
    [InlineData("/")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/queues")]
    [InlineData("/v1/workers")]
    [InlineData("/v1/events")]
    [InlineData("/metrics")]
    public async Task Head_is_answered_as_get_without_the_body(string path)
    {
        RawAnswer answer = await RawHttp.SendAsync(Port, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", isHead: true);
        Assert.Equal(200, answer.Status);
        Assert.Equal("", answer.Body);
        Assert.False(answer.Headers.ContainsKey("server"));
    }

    [Theory]
    [InlineData("Content-Length: 27\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 27\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: identity\r\n")]
    [InlineData("Content-Length: 27\r\nContent-Length: 28\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    public async Task Body_whose_end_is_in_doubt_is_refused_and_the_connection_closed(string framing)
    {
        RawAnswer answer = await RawHttp.SendAsync(
            Port, $"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{framing}\r\n1b\r\n{Job}\r\n0\r\n\r\n");
        Assert.Equal(400, answer.Status);
        Assert.Equal("close", answer.Headers["connection"]);
    }

    [Theory]
    [InlineData("%zz")]
    [InlineData("%4")]
    [InlineData("%")]
    public async Task Query_that_is_not_well_encoded_is_invalid(string text) =>
        IsProblem(await RawHttp.SendAsync(Port, $"GET /v1/jobs?text={text} HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400, "invalid");

    [Fact]
    public async Task Chunked_body_is_taken() =>
        Assert.Equal(201, (await RawHttp.SendAsync(
            Port, $"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n{Job}\r\n0\r\n\r\n")).Status);

    [Theory]
    [InlineData("Content-Length: 999999999\r\n\r\n")]
    [InlineData("Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n")]
    public async Task Body_that_is_announced_as_too_large_is_refused_unread(string rest) =>
        IsProblem(await RawHttp.SendAsync(Port, $"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{rest}"), 413, "too_large");

    private Task<RawAnswer> GetAsync(string headers) => RawHttp.SendAsync(Port, $"GET /v1/queues HTTP/1.1\r\n{headers}\r\n");

    private static void IsProblem(RawAnswer answer, int status, string code)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.Headers["content-type"]);
        Assert.Contains($"\"code\":\"{code}\"", answer.Body, StringComparison.Ordinal);
    }
}
