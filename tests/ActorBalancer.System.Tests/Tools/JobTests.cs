using System.Text.Json;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed class JobTests(SharedUp shared)
{
    [Fact]
    public async Task Job_is_cancelled_and_retried_and_refuses_what_its_state_does_not_allow()
    {
        string id = (await Run("submit", "echo", "{}", "--delay", "1h")).Succeeded().Lines[0];
        Assert.Equal($"{id}  cancelled\n", (await Run("job", "cancel", id)).Succeeded().Output);

        ToolRun again = await Run("job", "cancel", id, "zzz");
        Assert.Equal(4, again.Exit);
        Assert.Equal("", again.Output);
        Assert.Contains($"{id}: conflict: ", again.Error, StringComparison.Ordinal);
        Assert.Contains("zzz: not_found: ", again.Error, StringComparison.Ordinal);

        JsonElement retried = (await Run("job", "retry", id, "--json")).Succeeded().Json;
        Assert.Equal(id, retried.GetProperty("id").GetString());
        Assert.NotEqual("cancelled", retried.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Listing_filters_pages_and_stays_within_80_columns()
    {
        (await Run("submit", "echo", "{}", "--count", "5", "--source", "listing-source", "--queue", "listed", "--delay", "1h")).Succeeded();

        ToolRun first = (await Run("job", "list", "--queue", "listed", "--kind", "echo", "--state", "scheduled", "--source", "listing-source", "--limit", "2")).Succeeded();
        Assert.Equal(3, first.Lines.Length);
        Assert.Matches(@"\AID +STATE +KIND +QUEUE +WORKER +TRIES +AGE\z", first.Lines[0]);
        Assert.All(first.Lines, l => Assert.True(l.Length <= 80, l));
        Assert.Matches(@"\AThere are more: --after \S+\n\z", first.Error);

        string next = first.Error.Trim().Split(' ')[^1];
        JsonElement second = (await Run("job", "list", "--text", "listing-sou", "--queue", "listed", "--after", next, "--json")).Succeeded().Json;
        Assert.Equal(3, second.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);

        Assert.Empty((await Run("job", "list", "--worker", "nobody", "--json")).Succeeded().Json.GetProperty("items").EnumerateArray());
        ToolRun wrong = await Run("job", "list", "--state", "happy");
        Assert.Equal(4, wrong.Exit);
        Assert.StartsWith("invalid: ", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_shows_its_result_and_its_attempts()
    {
        JsonElement done = (await Run("submit", "echo", """{"a":1}""", "--wait", "--json")).Succeeded().Json;
        string id = done.GetProperty("id").GetString()!;
        Assert.Equal("succeeded", done.GetProperty("state").GetString());
        Assert.Equal("""{"a":1}""", done.GetProperty("result").GetRawText());
        Assert.EndsWith("Z", done.GetProperty("finished_at").GetString());

        ToolRun show = (await Run("job", "show", id)).Succeeded();
        Assert.Contains(show.Lines, l => l == """result     {"a":1}""");
        Assert.Contains(show.Lines, l => l.StartsWith("ATTEMPT", StringComparison.Ordinal));
        Assert.Contains(show.Lines, l => l.Contains("worker-", StringComparison.Ordinal) && l.Contains("succeeded", StringComparison.Ordinal));
        Assert.Contains("  static weights", show.Output, StringComparison.Ordinal);
        Assert.Contains(show.Lines, l => l.EndsWith(" chosen", StringComparison.Ordinal));
        Assert.All(show.Lines, l => Assert.True(l.Length <= 80, l));

        ToolRun unknown = await Run("job", "show", "zzz");
        Assert.Equal(4, unknown.Exit);
        Assert.StartsWith("not_found: ", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_wrote_into_a_job_cannot_steer_the_terminal()
    {
        ToolRun failed = await Run("submit", "sha256", "{\"path\":\"/no\\u001b[31m\\nwhere\"}", "--source", "\u00a0x", "--attempts", "1", "--wait");
        Assert.Equal(1, failed.Exit);
        Assert.Contains("[31m", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failed.Error);

        string id = failed.Error.Split(' ')[1];
        ToolRun show = (await Run("job", "show", id)).Succeeded();
        Assert.DoesNotContain('\u001b', show.Output);
    }

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
