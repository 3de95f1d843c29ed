using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests;

public sealed class NodeCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task All_errors_of_a_configuration_are_told_at_once_and_the_exit_code_is_2()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "actorbalancer { worker.slots = many, stoer = memory }");
            await using CommandRun node = CommandRun.Start("node", "--config", file, "--port", "99999");

            Assert.Equal(2, await node.ExitAsync());
            Assert.Equal("", await node.Output);
            string[] errors = (await node.Error).TrimEnd().Split('\n');
            Assert.Contains(errors, e => e.Contains("actorbalancer.worker.slots = many", StringComparison.Ordinal));
            Assert.Contains(errors, e => e.Contains("stoer", StringComparison.Ordinal));
            Assert.Contains(errors, e => e.Contains("99999", StringComparison.Ordinal) && e.Contains("command line", StringComparison.Ordinal));
            Assert.Equal(3, errors.Length);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("node", "--nonsense")]
    [InlineData("node", "--role", "worker")]
    [InlineData("nonsense")]
    [InlineData("demo", "--jobs", "0")]
    [InlineData("node", "--config", "/nonexistent/file.conf")]
    public async Task Wrong_usage_goes_to_standard_error_with_exit_code_2(params string[] arguments)
    {
        await using CommandRun run = CommandRun.Start(arguments);
        Assert.Equal(2, await run.ExitAsync());
        Assert.Equal("", await run.Output);
        Assert.NotEqual("", await run.Error);
    }

    [Theory]
    [InlineData("actorbalancer demo", "--help")]
    [InlineData("actorbalancer demo --folder", "demo", "--help")]
    [InlineData("actorbalancer node --role worker", "node", "--help")]
    public async Task Help_ends_with_an_example(string example, params string[] arguments)
    {
        await using CommandRun run = CommandRun.Start(arguments);
        Assert.Equal(0, await run.ExitAsync());
        string help = await run.Output;
        Assert.Contains(example, help[help.IndexOf("Example:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_says_that_it_is_ready_and_leaves_when_told_to()
    {
        string file = Path.GetTempFileName();
        try
        {
            await using CommandRun node = CommandRun.Start("node", "--config", file, "--role", "router", "--port", "0", "--http-port", "0", "--name", "r1", "--json");
            Task<string?> first = node.FirstLineAsync();
            using JsonDocument ready = JsonDocument.Parse((await first.WaitAsync(Eventually.Deadline))!);
            JsonElement line = ready.RootElement;
            Assert.Equal("ready", line.GetProperty("event").GetString());
            Assert.Equal("r1", line.GetProperty("name").GetString());
            Assert.Equal(node.Pid, line.GetProperty("pid").GetInt32());
            Assert.Matches(@"\Aakka\.tcp://actorbalancer@127\.0\.0\.1:[1-9]\d*\z", line.GetProperty("akka").GetString());
            Assert.Equal(["router"], line.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));

            Signals.Send(node.Pid, Signals.Terminate);
            Assert.Equal(0, await node.ExitAsync());
            output.WriteLine(await node.Error);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
