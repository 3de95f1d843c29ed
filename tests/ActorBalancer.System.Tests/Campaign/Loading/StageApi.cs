using System.Net;
using System.Text.Json;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Loading;

/// <summary>The routers' HTTP API, as a caller has it who tries the next one where one does not answer.</summary>
internal sealed class StageApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Patience };

    /// <summary>One attempt, whose answer the submission keeps. True: there is no use in another one.</summary>
    public async Task<bool> SubmitAsync(StageNode router, Submission submission, byte[] body, CancellationToken hangUp = default)
    {
        using ByteArrayContent content = new(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        try
        {
            using HttpResponseMessage answer = await _http.PostAsync(new Uri(router.Http, "/v1/jobs"), content, hangUp);
            using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(hangUp));
            if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
            {
                submission.Accepted(json.RootElement.GetProperty("id").GetString()!, router.Name);
                return true;
            }
            string code = json.RootElement.GetProperty("code").GetString()!;
            if (code == "outcome_unknown")
                submission.Unknown(code, router.Name);
            else
                submission.Refused(code, router.Name);
            return code is "invalid" or "key_reused" or "too_large" or "conflict";
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            submission.Refused("no connection", router.Name);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            submission.Unknown(e.GetType().Name, router.Name);
        }
        return false;
    }

    /// <summary>Null: nobody knows it, or nobody answers.</summary>
    public async Task<JobHistory?> JobAsync(IEnumerable<StageNode> routers, string id)
    {
        foreach (StageNode router in routers)
        {
            try
            {
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(router.Http, $"/v1/jobs/{id}"));
                if (answer.StatusCode != HttpStatusCode.OK)
                    continue;
                using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
                return JobHistory.Parse(json.RootElement);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // The next one may know.
            }
        }
        return null;
    }

    public void Dispose() => _http.Dispose();
}
