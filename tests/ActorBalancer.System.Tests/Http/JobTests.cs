using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class JobTests(SharedNode shared)
{
    private const string Sleep = """{"kind":"sleep","payload":{"ms":60000},"queue":"sleepers"}""";

    private HttpNode Node => shared.Node;

    [Theory]
    [InlineData("0010000000000zzz")]
    [InlineData("8000000000000")]
    [InlineData("ABCDEFGHJKMNP")]
    [InlineData("x")]
    [InlineData("%20")]
    [InlineData("7zzzzzzzzzzzz")]
    public async Task Unknown_or_malformed_id_is_not_found(string id)
    {
        (await Node.GetAsync($"/v1/jobs/{id}")).Is(404, "not_found");
        (await Node.GetAsync($"/v1/jobs/{id}/result?wait=1")).Is(404, "not_found");
        (await Node.PostAsync($"/v1/jobs/{id}/cancel")).Is(404, "not_found");
        (await Node.PostAsync($"/v1/jobs/{id}/retry")).Is(404, "not_found");
    }

    [Fact]
    public async Task Result_is_octets_that_no_browser_guesses_at()
    {
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":"<script>"}""");
        Answer answer = (await Node.GetAsync($"/v1/jobs/{id}/result?wait=60")).IsOk();
        Assert.Equal("application/octet-stream", answer.Content.ContentType?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("\"<script>\"", answer.Text);
        Assert.Equal(answer.Text, (await Node.GetAsync($"/v1/jobs/{id}/result")).IsOk().Text);
    }

    [Fact]
    public async Task Job_that_runs_has_no_result_yet_and_is_cancelled_once()
    {
        string id = await Node.AcceptAsync(Sleep);
        await RunsAsync(id);
        Answer early = await Node.GetAsync($"/v1/jobs/{id}/result?wait=0.2");
        Assert.Equal(202, early.Status);
        Assert.Equal("running", early.Json.GetProperty("state").GetString());
        (await Node.PostAsync($"/v1/jobs/{id}/retry")).Is(409, "conflict");

        (await Node.PostAsync($"/v1/jobs/{id}/cancel")).IsOk();
        Answer none = (await Node.GetAsync($"/v1/jobs/{id}/result?wait=60")).Is(409, "conflict");
        Assert.Equal("cancelled", none.Json.GetProperty("state").GetString());
        Answer again = (await Node.PostAsync($"/v1/jobs/{id}/cancel")).Is(409, "conflict");
        Assert.Equal("cancelled", again.Json.GetProperty("state").GetString());
        JsonElement attempt = (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("attempts").EnumerateArray().Single();
        Assert.Equal("cancelled", attempt.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Caller_who_waits_gets_the_result_as_soon_as_it_is_there()
    {
        string id = await Node.AcceptAsync("""{"kind":"sleep","payload":{"ms":300}}""");
        (await Node.GetAsync($"/v1/jobs/{id}/result?wait=60")).IsOk();
    }

    [Fact]
    public async Task Dead_job_is_retried_by_hand_and_its_attempts_go_on()
    {
        string id = await Node.AcceptAsync("""{"kind":"sha256","payload":{"path":"/nonexistent/file"},"attempts":1}""");
        Answer dead = (await Node.GetAsync($"/v1/jobs/{id}/result?wait=60")).Is(409, "conflict");
        string state = dead.Json.GetProperty("state").GetString()!;
        Assert.Contains(state, (string[])["dead", "discarded"]);
        (await Node.PostAsync($"/v1/jobs/{id}/retry")).IsOk();
        await Eventually.IsTrue(
            async () => (await Node.GetAsync($"/v1/jobs/{id}")).Json is var job
                && job.GetProperty("attempt").GetInt32() == 2 && job.GetProperty("state").GetString() == state,
            "it failed again");
        Assert.Equal([1, 2], (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("n").GetInt32()));
    }

    [Theory]
    [InlineData("wait=61")]
    [InlineData("wait=-1")]
    [InlineData("wait=")]
    [InlineData("wait=x")]
    [InlineData("wait=1e1")]
    [InlineData("wait=%2b1")]
    [InlineData("wait=1&wait=1")]
    [InlineData("Wait=1")]
    [InlineData("limit=1")]
    public async Task Bad_wait_is_invalid(string query)
    {
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":0}""");
        (await Node.GetAsync($"/v1/jobs/{id}/result?{query}")).Is(400, "invalid");
    }

    [Theory]
    [InlineData("state=done")]
    [InlineData("state=Waiting")]
    [InlineData("state=")]
    [InlineData("after=x")]
    [InlineData("after=")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=1.0")]
    [InlineData("limit=-1")]
    [InlineData("limit=99999999999")]
    [InlineData("limit=1&limit=2")]
    [InlineData("page=1")]
    [InlineData("text=%ff")]
    [InlineData("text=%ed%a0%80")]
    [InlineData("=1")]
    [InlineData("&")]
    public async Task Bad_listing_is_invalid(string query) => (await Node.GetAsync($"/v1/jobs?{query}")).Is(400, "invalid");

    [Fact]
    public async Task Listing_filters_and_pages_newest_first()
    {
        List<string> ids = [];
        for (int i = 0; i < 5; i++)
            ids.Add(await Node.AcceptAsync($$"""{"kind":"echo","payload":{{i}},"queue":"listed","source":"Quelle {{i % 2}}"}"""));
        foreach (string id in ids)
            await Node.ResultAsync(id);
        ids.Reverse();

        List<string> seen = [];
        for (string? next = ""; next is not null;)
        {
            JsonElement page = (await Node.GetAsync("/v1/jobs?queue=listed&limit=2" + (next.Length == 0 ? "" : "&after=" + next))).IsOk().Json;
            Assert.Equal(["items", "next"], page.EnumerateObject().Select(m => m.Name));
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 0, 2);
            seen.AddRange(Ids(page));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(ids, seen);
        Assert.Equal(3, Ids((await Node.GetAsync("/v1/jobs?queue=listed&source=Quelle+0&state=succeeded&kind=echo&worker=node")).IsOk().Json).Count());
        Assert.Equal(2, Ids((await Node.GetAsync("/v1/jobs?queue=listed&text=QUELLE%201")).IsOk().Json).Count());
        Assert.Empty(Ids((await Node.GetAsync("/v1/jobs?queue=listed&worker=nobody")).IsOk().Json));
        Assert.Empty(Ids((await Node.GetAsync("/v1/jobs?queue=listed&state=running")).IsOk().Json));
    }

    private async Task RunsAsync(string id) => await Eventually.IsTrue(
        async () => (await Node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("state").GetString() == "running", "the job runs");

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(j => j.GetProperty("id").GetString()!);
}
