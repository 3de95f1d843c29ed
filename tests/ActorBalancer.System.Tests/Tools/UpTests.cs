using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Tools;

public sealed class UpTests(ITestOutputHelper output)
{
    private const int Nodes = 2;

    [Fact]
    public async Task Up_says_where_it_is_on_free_ports_when_the_usual_ones_are_taken_and_two_do_not_disturb_each_other()
    {
        using Socket http = Take(8600);
        using Socket remoting = Take(8601);
        await using UpRun first = await UpRun.StartAsync("--workers", "1", "--slots", "3");
        JsonElement ready = first.Ready;
        Assert.Equal(["event", "http", "seed", "nodes"], ready.EnumerateObject().Select(p => p.Name));
        Assert.Equal("ready", ready.GetProperty("event").GetString());
        Assert.DoesNotContain(":860", $"{first.Http} {ready.GetProperty("seed")}", StringComparison.Ordinal);
        JsonElement[] nodes = [.. ready.GetProperty("nodes").EnumerateArray()];
        Assert.Equal(Nodes, nodes.Length);
        Assert.All(nodes, n => Assert.Equal(["name", "pid", "http", "akka", "roles"], n.EnumerateObject().Select(p => p.Name)));
        Assert.Equal($"akka.tcp://actorbalancer@{ready.GetProperty("seed")}", nodes[0].GetProperty("akka").GetString());
        Assert.Equal("3", (await first.RunAsync("worker", "list", "--json")).Json.GetProperty("items")[0].GetProperty("slots").GetRawText());

        // The same user's tools find the newer one, and the older one again after its end.
        await using UpRun second = await UpRun.StartAsync(HomeOf(first), [new("ACTORBALANCER__SQLITE__FILE", Path.Combine(HomeOf(first), "second.db"))], "--workers", "1", "--verbose");
        Assert.NotEqual(first.Http, second.Http);
        string id = (await first.RunAsync("submit", "echo", "{}", "--delay", "1h")).Succeeded().Lines[0];
        (await first.RunAsync("job", "show", id, "--url", second.Http)).Succeeded();
        Signals.Send(second.Pid, Signals.Terminate);
        Assert.Equal(0, await second.ExitAsync());
        output.WriteLine(await second.Error);
        Assert.Contains("1 job had not come to the end", await second.Error, StringComparison.Ordinal);
        Assert.Contains("Z info: ", await second.Error, StringComparison.Ordinal);
        Assert.Empty((await first.RunAsync("queue", "list", "--json")).Succeeded().Json.GetProperty("items").EnumerateArray());
        Assert.Single(Directory.GetFiles(first.StateFolder));
    }

    [Fact]
    public async Task Ctrl_C_lets_running_jobs_finish_and_runs_none_again()
    {
        string ran = Path.GetTempFileName();
        try
        {
            await using UpRun up = await UpRun.StartAsync(
                null, [new("ACTORBALANCER__WORKER__EXEC__ALLOW__0", "sh"), new("ACTORBALANCER__NAME", "ignored")], "--workers", "1", "--slots", "2");
            string script = JsonSerializer.Serialize($"echo begin >>'{ran}'; sleep 2; echo end >>'{ran}'");
            (await up.RunAsync("submit", "exec", $$"""{"argv":["sh","-c",{{script}}]}""", "--count", "2")).Succeeded();
            await Eventually.IsTrue(() => File.ReadAllLines(ran).Length >= 2, "both jobs run");

            // A keyboard's signal goes to the whole group; the children must leave it to their parent.
            IReadOnlyList<int> children = ProcessTable.ChildrenOf(up.Pid);
            foreach (int process in children.Append(up.Pid))
                Signals.Send(process, Signals.Interrupt);
            Assert.Equal(0, await up.ExitAsync());
            Assert.Equal(["begin", "begin", "end", "end"], File.ReadAllLines(ran).Order(StringComparer.Ordinal));
            Assert.DoesNotContain("had not come to the end", await up.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(children, ProcessTable.Lives);
            Assert.Empty(Directory.GetFiles(up.StateFolder));
        }
        finally
        {
            File.Delete(ran);
        }
    }

    [Fact]
    public async Task Second_Ctrl_C_ends_everything_at_once()
    {
        await using UpRun up = await UpRun.StartAsync("--workers", "1");
        string id = (await up.RunAsync("submit", "sleep", """{"ms":25000}""")).Succeeded().Lines[0];
        await Eventually.IsTrue(async () => (await up.RunAsync("job", "show", id, "--json")).Json.GetProperty("state").GetString() == "running", "the job runs");
        IReadOnlyList<int> children = ProcessTable.ChildrenOf(up.Pid);
        Signals.Send(up.Pid, Signals.Interrupt);
        await Eventually.IsTrue(
            async () => (await up.RunAsync("worker", "list", "--json")).Json.GetProperty("items")[0].GetProperty("state").GetString() == "draining", "the worker drains");
        Signals.Send(up.Pid, Signals.Interrupt);
        Assert.Equal(130, await up.ExitAsync());
        await Eventually.IsTrue(() => !children.Any(ProcessTable.Lives), "no child lives");
    }

    [Fact]
    public async Task Killed_worker_and_killed_router_are_started_again_and_no_child_outlives_a_killed_up()
    {
        await using UpRun up = await UpRun.StartAsync("--workers", "1");
        int worker = up.PidOf("worker-1");
        long? before = await IncarnationAsync(up);
        Signals.Send(worker, Signals.Kill);
        await Eventually.IsTrue(async () => await IncarnationAsync(up) is { } now && now != before, "a worker is up again");
        (await up.RunAsync("submit", "echo", "{}", "--wait")).Succeeded();

        Signals.Send(up.PidOf("router"), Signals.Kill);
        await Eventually.IsTrue(() => !ProcessTable.Lives(up.PidOf("router")), "the router is gone");
        await Eventually.IsTrue(async () => await IncarnationAsync(up) is not null, "the cluster is up again at its old address");
        (await up.RunAsync("submit", "echo", "{}", "--wait")).Succeeded();

        // The worker may be on its way back once more.
        IReadOnlyList<int> children = [];
        await Eventually.IsTrue(() => (children = ProcessTable.ChildrenOf(up.Pid)).Count == Nodes, "all nodes run");
        Assert.DoesNotContain(worker, children);
        Signals.Send(up.Pid, Signals.Kill);
        Assert.Equal(137, await up.ExitAsync());
        await Eventually.IsTrue(() => !children.Any(ProcessTable.Lives), "no child lives");
        string error = await up.Error;
        output.WriteLine(error);
        Assert.Contains($"worker-1 (process {worker}) ended with exit code 137; it is started again in 0.5 s.", error, StringComparison.Ordinal);
        Assert.Contains($"router (process {up.PidOf("router")}) ended with exit code 137", error, StringComparison.Ordinal);

        // Its word is still there, and nobody listens to it.
        Assert.Single(Directory.GetFiles(up.StateFolder));
        ToolRun asked = await up.RunAsync("queue", "list");
        Assert.DoesNotContain("said that it is there", asked.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_terminals_worker_joins_with_the_seed()
    {
        await using UpRun up = await UpRun.StartAsync("--workers", "1", "--slots", "1");
        await using CommandRun node = CommandRun.Start("node", "--role", "worker", "--seed", up.Ready.GetProperty("seed").GetString()!, "--name", "newcomer", "--slots", "4", "--json");
        Assert.NotNull(await node.FirstLineAsync().WaitAsync(Eventually.Deadline));
        ToolRun jobs = (await up.RunAsync("submit", "sleep", """{"ms":100}""", "--count", "40", "--wait", "--json")).Succeeded();
        Assert.Contains(jobs.JsonLines, j => j.GetProperty("worker").GetString() == "newcomer");

        Signals.Send(node.Pid, Signals.Terminate);
        Assert.Equal(0, await node.ExitAsync());
        Assert.All(jobs.JsonLines, j => Assert.Equal(1, j.GetProperty("attempt").GetInt32()));
    }

    [Theory]
    [InlineData("--workers", "--workers", "0")]
    [InlineData("worker.slots", "--slots", "many")]
    [InlineData("/nonexistent/file.conf", "--config", "/nonexistent/file.conf")]
    public async Task Wrong_usage_is_said_before_anything_starts(string says, params string[] arguments)
    {
        ToolRun wrong = await ToolRun.RunAsync([], "", ["up", .. arguments]);
        Assert.Equal(2, wrong.Exit);
        Assert.Equal("", wrong.Output);
        Assert.Contains(says, wrong.Error, StringComparison.Ordinal);
    }

    private static string HomeOf(UpRun up) => up.Environment.Single(v => v.Key == "HOME").Value;

    /// <summary>Null where no worker is up, or the router does not answer.</summary>
    private static async Task<long?> IncarnationAsync(UpRun up)
    {
        ToolRun list = await up.RunAsync("worker", "list", "--json");
        return list.Exit != 0 ? null : list.Json.GetProperty("items").EnumerateArray()
            .Where(w => w.GetProperty("state").GetString() == "up").Select(w => (long?)w.GetProperty("incarnation").GetInt64()).FirstOrDefault();
    }

    /// <summary>Sees to it that somebody has the port, be it another program.</summary>
    private static Socket Take(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
        }
        catch (SocketException)
        {
            // It is taken already.
        }
        return socket;
    }
}
