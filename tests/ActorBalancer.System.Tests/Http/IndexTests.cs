using System.Text.Json;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class IndexTests(SharedNode shared)
{
    [Fact]
    public async Task Root_says_what_is_here_as_json()
    {
        JsonElement index = (await shared.Node.GetAsync("/")).IsOk().Json;
        Assert.Equal("node", index.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, index.GetProperty("dashboard").ValueKind);
        Assert.Contains("POST /v1/jobs", index.GetProperty("routes").EnumerateArray().Select(r => r.GetString()));
    }

    [Fact]
    public async Task Browser_gets_a_page_whose_links_all_answer()
    {
        const string Browsers = "text/html,application/xhtml+xml,*/*;q=0.8";
        Answer page = (await shared.Node.SendAsync(HttpMethod.Get, "/", null, h => h.TryAddWithoutValidation("Accept", Browsers))).IsOk();
        Assert.Equal("text/html; charset=utf-8", page.Content.ContentType?.ToString());
        Assert.Contains("no dashboard yet", page.Text, StringComparison.Ordinal);
        string[] links = [.. page.Text.Split("href=\"").Skip(1).Select(l => l[..l.IndexOf('"', StringComparison.Ordinal)])];
        Assert.Contains("/v1/events", links);
        foreach (string link in links)
            (await shared.Node.SendAsync(HttpMethod.Head, link, null)).IsOk();
    }
}
