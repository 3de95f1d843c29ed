using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ActorBalancer.SystemTests.Http;

/// <summary>An HTTP answer that was read to its end.</summary>
internal sealed record Answer(int Status, HttpResponseHeaders Headers, HttpContentHeaders Content, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public JsonElement[] Lines => [.. Text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];

    public string? Code => Json.GetProperty("code").GetString();

    /// <summary>It is a problem of that code and status, in the right type and with a sentence.</summary>
    public Answer Is(int status, string code)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", Content.ContentType?.ToString());
        Assert.Equal(code, Code);
        Assert.Equal("urn:actorbalancer:" + code, Json.GetProperty("type").GetString());
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEqual("", Json.GetProperty("detail").GetString());
        bool isWorthTrying = code is "queue_full" or "rate_limited" or "store_unavailable" or "store_full" or "outcome_unknown" or "not_ready";
        Assert.Equal(isWorthTrying, Headers.RetryAfter is not null);
        return this;
    }

    public Answer IsOk()
    {
        Assert.True(Status == 200, $"{Status}: {Text}");
        return this;
    }
}
