using System.Text.Json;

namespace ActorBalancer.SystemTests.Tools;

[Collection("tools")]
public sealed class SubmitTests(SharedUp shared)
{
    [Fact]
    public async Task Submit_prints_an_id_a_line_and_job_show_knows_it()
    {
        ToolRun submit = (await Run("submit", "echo", "{}", "--count", "3")).Succeeded();
        Assert.Equal(3, submit.Lines.Length);
        Assert.All(submit.Lines, id => Assert.True(JobId.TryParse(id, out _), id));
        Assert.Equal(submit.Lines.Order(StringComparer.Ordinal), submit.Lines);
        Assert.Equal("", submit.Error);

        ToolRun show = (await Run("job", "show", submit.Lines[0])).Succeeded();
        Assert.Contains(show.Lines, l => l.StartsWith("kind", StringComparison.Ordinal) && l.EndsWith("echo", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"text":"é \u00e9 日本"}""")]
    [InlineData("""  [1 ,2]  """)]
    public async Task Submit_wait_prints_the_very_bytes_of_the_result(string payload)
    {
        ToolRun wait = (await Run("submit", "echo", payload, "--wait")).Succeeded();
        Assert.Equal(payload.Trim(), wait.Output);
    }

    [Fact]
    public async Task Submit_as_json_says_id_state_and_queue()
    {
        JsonElement answer = (await Run("submit", "echo", "1", "--queue", "other", "--delay", "1h", "--json")).Succeeded().Json;
        Assert.Equal(["id", "state", "queue"], answer.EnumerateObject().Select(p => p.Name));
        Assert.Equal("scheduled", answer.GetProperty("state").GetString());
        Assert.Equal("other", answer.GetProperty("queue").GetString());
    }

    [Fact]
    public async Task Every_option_of_submit_reaches_its_job()
    {
        string id = (await Run("submit", "echo", "{}", "--source", "Quelle ü", "--priority", "9", "--run-at", "2099-01-01T00:00:00+02:00")).Succeeded().Lines[0];
        JsonElement job = (await Run("job", "show", id, "--json")).Succeeded().Json;
        Assert.Equal("Quelle ü", job.GetProperty("source").GetString());
        Assert.Equal("scheduled", job.GetProperty("state").GetString());

        ToolRun limited = await Run("submit", "sleep", """{"ms":60000}""", "--time-limit", "200ms", "--attempts", "1", "--wait", "--json");
        Assert.Equal(1, limited.Exit);
        Assert.Equal("dead", limited.Json.GetProperty("state").GetString());
        Assert.Single(limited.Json.GetProperty("attempts").EnumerateArray());
        Assert.Contains("time limit of 200 ms", limited.Error, StringComparison.Ordinal);

        ToolRun refused = await Run("submit", "echo", "{}", "--priority", "10");
        Assert.Equal(4, refused.Exit);
        Assert.StartsWith("invalid: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_fails_gives_exit_code_1_and_its_reason_on_standard_error()
    {
        ToolRun failed = await Run("submit", "sha256", """{"path":"/nonexistent"}""", "--attempts", "1", "--wait");
        Assert.Equal(1, failed.Exit);
        Assert.Equal("", failed.Output);
        Assert.Matches(@"\AJob \S+ is dead \(attempts\): .*'/nonexistent'.*\n\z", failed.Error);
    }

    [Fact]
    public async Task Refused_job_gives_exit_code_4_and_the_code()
    {
        ToolRun refused = await Run("submit", "nokind");
        Assert.Equal(4, refused.Exit);
        Assert.Equal("", refused.Output);
        Assert.StartsWith("unknown_kind: ", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KIND", "submit")]
    [InlineData("payload is not JSON", "submit", "echo", "{bad")]
    [InlineData("--delay", "submit", "echo", "--delay")]
    [InlineData("no time", "submit", "echo", "--delay", "soon")]
    [InlineData("--bulk", "submit", "echo", "--bulk", "-")]
    [InlineData("--queue", "submit", "--bulk", "-", "--queue", "q")]
    [InlineData("--count", "submit", "echo", "--count", "0")]
    [InlineData("/nonexistent/jobs", "submit", "--bulk", "/nonexistent/jobs")]
    [InlineData("--url", "submit", "echo", "--url", "ftp://127.0.0.1")]
    public async Task Wrong_usage_gives_exit_code_2_and_says_what_is_wrong(string says, params string[] arguments)
    {
        ToolRun wrong = await Run(arguments);
        Assert.Equal(2, wrong.Exit);
        Assert.Equal("", wrong.Output);
        Assert.Contains(says, wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payload_and_bulk_come_from_standard_input()
    {
        ToolRun payload = await ToolRun.RunAsync(shared.Up.Environment, """["from","input"]""", "submit", "echo", "-", "--wait");
        Assert.Equal("""["from","input"]""", payload.Succeeded().Output);

        string lines = string.Concat(Enumerable.Range(0, 2500).Select(i => $$"""{"kind":"echo","payload":{{i}}}""" + (i % 2 == 0 ? "\n" : "\r\n")));
        ToolRun bulk = (await ToolRun.RunAsync(shared.Up.Environment, lines, "submit", "--bulk", "-", "--wait")).Succeeded();
        Assert.Equal(Enumerable.Range(0, 2500).Select(i => $"{i}"), bulk.Lines);
    }

    [Fact]
    public async Task Bad_line_of_bulk_is_named_and_the_whole_thousands_before_it_are_accepted()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, Enumerable.Range(0, 1200).Select(i => i == 1100 ? "{}" : """{"kind":"echo","payload":1}"""));
            ToolRun bulk = await Run("submit", "--bulk", file, "--json");
            Assert.Equal(4, bulk.Exit);
            Assert.StartsWith("invalid: line 1101: ", bulk.Error, StringComparison.Ordinal);
            Assert.Equal(1000, bulk.JsonLines.Count);
            Assert.All(bulk.JsonLines, l => Assert.True(JobId.TryParse(l.GetProperty("id").GetString(), out _)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<ToolRun> Run(params string[] arguments) => shared.Up.RunAsync(arguments);
}
