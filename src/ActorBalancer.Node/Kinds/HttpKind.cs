using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// The kind <c>http</c>: calls a URL on a host that the worker may reach. 2xx is success with the answer's body as result; 408,
/// 425, 429 and 5xx are tried again; any other answer ends the job, since the same request would get it again.
/// </summary>
internal sealed class HttpKind : IDisposable
{
    public const string Name = "http";

    private const int ShownBytes = 500;

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);

    // After it a host's name is looked up again.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(1);

    private readonly AllowedHosts _allowed;
    private readonly int _resultLimit;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;

    public HttpKind(BalancerOptions options, TimeProvider clock)
    {
        _allowed = new AllowedHosts(options.Worker.Http.Allow);
        _resultLimit = options.Limits.Result;
        _clock = clock;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // Neither a proxy of the environment nor a cookie of another job.
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTime,
            PooledConnectionLifetime = ConnectionLife,
            ConnectCallback = ConnectAsync,
        });
    }

    public async ValueTask<JobOutcome> RunAsync(ReadOnlyMemory<byte> bytes, JobContext job)
    {
        HttpPayload payload;
        try
        {
            payload = HttpPayload.Read(bytes);
        }
        catch (FormatException e)
        {
            // No other attempt would find another payload.
            return JobOutcome.Discard(e.Message);
        }
        if (!_allowed.Contains(payload.Url.IdnHost, payload.Url.Port))
            return JobOutcome.Failed(NotAllowed(payload.Url.IdnHost, payload.Url.Port));
        try
        {
            using HttpRequestMessage request = Request(payload, job);
            using HttpResponseMessage response = await _http.SendAsync(request, job.Cancellation);
            return await OutcomeOf(response, job.Cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !job.Cancellation.IsCancellationRequested))
        {
            string cause = e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $" ({inner.Message})" : "";
            return JobOutcome.Failed($"no answer from {payload.Url.Authority}: {e.Message}{cause}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpPayload payload, JobContext job)
    {
        HttpRequestMessage request = new(payload.Method, payload.Url);
        if (payload.Body is not null)
        {
            request.Content = new ByteArrayContent(payload.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", payload.ContentType);
        }
        foreach ((string name, string value) in payload.Headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        // The same for every attempt, so that a receiver can tell a repetition.
        if (!request.Headers.Contains("Idempotency-Key"))
            request.Headers.Add("Idempotency-Key", job.Id.ToString());
        return request;
    }

    private async Task<JobOutcome> OutcomeOf(HttpResponseMessage response, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            byte[]? result = await ReadAsync(response, _resultLimit, cancellation);
            // Calling again would repeat what has been done.
            return result is null
                ? JobOutcome.Discard($"answered {status} with more than {_resultLimit} bytes, the limit of a result (limits.result)")
                : JobOutcome.OkBytes(result);
        }
        string answer = $"answered {status}{(string.IsNullOrEmpty(response.ReasonPhrase) ? "" : " " + response.ReasonPhrase)}";
        if (status is >= 300 and < 400)
            return JobOutcome.Discard($"{answer}; redirects are not followed: name {response.Headers.Location?.ToString() ?? "the right URL"} itself");
        answer += await BeginningAsync(response, cancellation);
        if (status is 429 or 503 && WaitOf(response.Headers.RetryAfter) is { } wait)
            return JobOutcome.Retry(wait, answer);
        return status is 408 or 425 or 429 or >= 500 ? JobOutcome.Failed(answer) : JobOutcome.Discard(answer);
    }

    private TimeSpan? WaitOf(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date - _clock.GetUtcNow());
        return wait is { } w ? TimeSpan.FromTicks(Math.Clamp(w.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        byte[] buffer = new byte[ShownBytes];
        Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        int count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        string text = Encoding.UTF8.GetString(buffer, 0, count).Trim();
        return text.Length == 0 ? "" : ": " + text;
    }

    /// <summary>The whole body, or null if it is larger.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        using MemoryStream result = new();
        byte[] buffer = new byte[16 << 10];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (result.Length + count > limit)
                return null;
            result.Write(buffer, 0, count);
        }
        return result.ToArray();
    }

    /// <summary>Looked up and connected for exactly the host that was asked for, which is asked about again here: the last door.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        DnsEndPoint host = context.DnsEndPoint;
        if (!_allowed.Contains(host.Host, host.Port))
            throw new HttpRequestException(NotAllowed(host.Host, host.Port));
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string NotAllowed(string host, int port) => $"{host}:{port} is not allowed on this worker; worker.http.allow there lists what is";
}
