using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Network;

/// <param name="Worker">Where it was.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record LabRun(string Worker, string Outcome);

/// <summary>The router's HTTP API, called over HTTPS from outside the lab, where its name means nothing.</summary>
internal sealed class LabApi : IDisposable
{
    private readonly HttpClient _http;

    public LabApi(string host, IPAddress address, string caFile)
    {
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(caFile);
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            ConnectCallback = async (context, stop) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://{NetworkLab.NameOf(host)}:8600"), Timeout = Eventually.Deadline };
    }

    /// <summary>Submits jobs that sleep and gives their ids.</summary>
    public async Task<string[]> SubmitAsync(int count, int milliseconds)
    {
        StringBuilder lines = new();
        for (int i = 0; i < count; i++)
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"kind":"sleep","payload":{"ms":{{{milliseconds}}}}}""").Append('\n');
        using StringContent body = new(lines.ToString(), new UTF8Encoding(false), "application/x-ndjson");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri("/v1/jobs:bulk", UriKind.Relative), body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        string[] ids = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()!)];
        Assert.Equal(count, ids.Distinct().Count());
        return ids;
    }

    /// <summary>Each run of the job, once it is final; fails on any end but success.</summary>
    public async Task<LabRun[]> RunsOfAsync(string id)
    {
        LabRun[] runs = [];
        await Eventually.IsTrue(async () =>
        {
            JsonElement job = await GetAsync($"/v1/jobs/{id}");
            string state = job.GetProperty("state").GetString()!;
            Assert.DoesNotContain(state, new[] { "dead", "discarded", "cancelled" });
            runs = [.. job.GetProperty("attempts").EnumerateArray()
                .Select(a => new LabRun(a.GetProperty("worker").GetString()!, a.GetProperty("outcome").GetString() ?? "none"))];
            return state == "succeeded";
        }, $"job {id} succeeded");
        return runs;
    }

    /// <summary>The states of the workers by name, the newest process of each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> WorkersAsync()
    {
        JsonElement answer = await GetAsync("/v1/workers");
        return answer.GetProperty("items").EnumerateArray()
            .OrderBy(w => w.GetProperty("incarnation").GetInt64())
            .GroupBy(w => w.GetProperty("name").GetString()!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().GetProperty("state").GetString()!, StringComparer.Ordinal);
    }

    public Task StateAsync(string worker, string state) =>
        Eventually.IsTrue(async () => (await WorkersAsync()).GetValueOrDefault(worker) == state, $"{worker} is {state}");

    public Task RunsAsync(string worker) => Eventually.IsTrue(
        async () => (await GetAsync($"/v1/jobs?state=running&worker={worker}")).GetProperty("items").GetArrayLength() > 0, $"{worker} runs a job");

    public void Dispose() => _http.Dispose();

    private Task<JsonElement> GetAsync(string path) => _http.GetFromJsonAsync<JsonElement>(path);
}
