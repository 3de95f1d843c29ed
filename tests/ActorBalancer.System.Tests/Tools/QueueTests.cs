using System.Text.Json;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed class QueueTests(SharedUp shared)
{
    [Fact]
    public async Task Queue_is_changed_paused_and_resumed()
    {
        (await Run("submit", "echo", "{}", "--queue", "steered", "--wait")).Succeeded();
        JsonElement set = (await Run("queue", "set", "steered", "--strategy", "weighted-round-robin", "--binding", "early", "--weights", "static", "--json")).Succeeded().Json;
        Assert.Equal("weighted-round-robin", set.GetProperty("strategy").GetString());
        Assert.Equal("early", set.GetProperty("binding").GetString());
        Assert.Equal(("round-robin", "late"), Balancing((await Run("queue", "set", "steered", "--strategy", "round-robin", "--binding", "late", "--json")).Succeeded().Json));

        Assert.Equal("paused", (await Run("queue", "pause", "steered", "--json")).Succeeded().Json.GetProperty("state").GetString());
        string id = (await Run("submit", "echo", "{}", "--queue", "steered")).Succeeded().Lines[0];
        ToolRun list = (await Run("queue", "list")).Succeeded();
        Assert.Matches(@"\AQUEUE +STATE +STRATEGY +BINDING +WAITING +RUNNING +LATER +DEAD\z", list.Lines[0]);
        Assert.Contains(list.Lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, @"\Asteered +paused +round-robin +late +1 +0 +0 +0\z"));
        Assert.All(list.Lines, l => Assert.True(l.Length <= 80, l));

        Assert.Matches(@"(?m)^steered +running ", (await Run("queue", "resume", "steered")).Succeeded().Output);
        await Processes.Eventually.IsTrue(
            async () => (await Run("job", "show", id, "--json")).Succeeded().Json.GetProperty("state").GetString() == "succeeded", "the job runs after all");
        JsonElement items = (await Run("queue", "list", "--json")).Succeeded().Json.GetProperty("items");
        Assert.Contains(items.EnumerateArray(), q => q.GetProperty("name").GetString() == "steered" && q.GetProperty("owner").GetString() == "router");
    }

    [Fact]
    public async Task Weights_show_each_workers_share()
    {
        (await Run("submit", "echo", "{}", "--wait")).Succeeded();
        ToolRun weights = (await Run("queue", "weights", "default", "--limit", "500")).Succeeded();
        Assert.Equal("default: least-connections, static weights", weights.Lines[0]);
        Assert.Contains(weights.Lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, @"\Aworker-1 +up +2 +2 +50%\z"));
        JsonElement json = (await Run("queue", "weights", "default", "--limit", "500", "--json")).Succeeded().Json;
        Assert.Equal(1, json.GetProperty("workers").EnumerateArray().Sum(w => w.GetProperty("share").GetDouble()), 0.001);
        Assert.Contains(json.GetProperty("history").EnumerateArray(), c => c.GetProperty("reason").GetString() == "joined");
        Assert.Contains(weights.Lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, @"\A\d\d:\d\d:\d\d\.\d{3}Z +worker-1 +2 +2 +joined\z"));
        Assert.Single((await Run("queue", "weights", "default", "--limit", "1", "--json")).Succeeded().Json.GetProperty("history").EnumerateArray());
        Assert.Equal("learned", (await Run("queue", "weights", "default", "learned", "--json")).Succeeded().Json.GetProperty("weights").GetString());
        Assert.Equal("static", (await Run("queue", "weights", "default", "static", "--json")).Succeeded().Json.GetProperty("weights").GetString());
        Assert.Equal(4, (await Run("queue", "weights", "default", "guessed")).Exit);
    }

    [Theory]
    [InlineData(4, "not_found: ", "queue", "pause", "nosuch")]
    [InlineData(4, "invalid: ", "queue", "set", "default", "--strategy", "fastest")]
    [InlineData(2, "Say what to change", "queue", "set", "default")]
    [InlineData(2, "queue", "queue", "nonsense")]
    public async Task Wrong_order_to_a_queue_changes_nothing_and_says_why(int exit, string says, params string[] arguments)
    {
        (await Run("submit", "echo", "{}", "--wait")).Succeeded();
        ToolRun wrong = await Run(arguments);
        Assert.Equal(exit, wrong.Exit);
        Assert.Equal("", wrong.Output);
        Assert.Contains(says, wrong.Error, StringComparison.Ordinal);
    }

    private static (string?, string?) Balancing(JsonElement queue) => (queue.GetProperty("strategy").GetString(), queue.GetProperty("binding").GetString());

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
