using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorBalancer.Client;

/// <summary>Sends requests and turns every failure into one of the two exceptions that callers know.</summary>
internal sealed class Connection : IDisposable
{
    private readonly HttpClient _http;

    public Connection(Uri address, BalancerClientSettings settings)
    {
        Address = address;
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = settings.ConnectTimeout,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),

            // A proxy of the environment is for what lies outside; none can reach this host's own loopback for us.
            UseProxy = !address.IsLoopback,
        };
        if (settings.CertificateAuthority is { } file)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(file) };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = settings.AnswerTimeout };
    }

    public Uri Address { get; }

    public void Dispose() => _http.Dispose();

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    public async Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await ReadAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, type, cancellation);

    public async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Parse(await SendAsync(request, cancellation), type);

    /// <summary>The status and the body of an answer that is no refusal.</summary>
    public async Task<(int Status, byte[] Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            try
            {
                using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
                int status = (int)response.StatusCode;
                return status is >= 200 and < 300 ? (status, body) : throw Refusal(response, body);
            }
            catch (HttpRequestException e)
            {
                throw new UnreachableException(Address, Innermost(e), e)
                {
                    MayHaveArrived = e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown or HttpRequestError.HttpProtocolError,
                };
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new UnreachableException(Address, "it took too long to answer", e) { MayHaveArrived = true };
            }
        }
    }

    public T Parse<T>((int Status, byte[] Body) answer, JsonTypeInfo<T> type) => Parse(answer.Body, type);

    public T Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw Foreign(null);
        }
        catch (JsonException e)
        {
            throw Foreign(e);
        }
    }

    /// <summary>Bytes as the API's JSON.</summary>
    public static HttpContent Json(ReadOnlyMemory<byte> text, string type = "application/json") =>
        new ReadOnlyMemoryContent(text) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private UnreachableException Foreign(Exception? cause) => new(Address, "something else answers there, in another language", cause);

    private static RefusedException Refusal(HttpResponseMessage response, byte[] body)
    {
        int status = (int)response.StatusCode;
        string plain = $"the answer was {status} {response.ReasonPhrase}";
        try
        {
            Problem? problem = body.Length == 0 ? null : JsonSerializer.Deserialize(body, ClientJson.Default.Problem);
            return new RefusedException(status, problem?.Code ?? "", problem?.Detail ?? problem?.Title ?? plain, problem?.Line, problem?.State);
        }
        catch (JsonException)
        {
            return new RefusedException(status, "", plain);
        }
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message.TrimEnd('.');
    }

    private static X509ChainPolicy Trust(string file)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{file} is no PEM file with certificates: {e.Message}", e);
        }
        return policy.CustomTrustStore.Count > 0 ? policy : throw new IOException($"{file} holds no certificate in PEM.");
    }
}
