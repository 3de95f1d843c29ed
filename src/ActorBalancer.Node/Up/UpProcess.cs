using System.Text.Json;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Processes;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Up;

/// <summary>A local cluster from its arguments to its exit code.</summary>
internal static class UpProcess
{
    public static async Task<int> RunAsync(UpArguments arguments, TimeProvider clock)
    {
        using StopSignals signals = new();
        CurrentProcess.FollowDotnetRun(clock, signals.Token);
        TextWriter output = StandardOutput.Take();
        BalancerOptions options;
        try
        {
            options = ChildSettings.Check(arguments);
        }
        catch (BalancerConfigurationException e)
        {
            Tell(e.Message);
            return ExitCode.Usage;
        }

        await using UpCluster cluster = new(arguments, options.Worker.Drain, Tell, clock);
        string? word = null;
        try
        {
            await cluster.StartAsync(signals.Token);
            word = LeaveWord(cluster, clock);
            await ShowAsync(cluster, arguments.Json, output);
            await Task.Delay(Timeout.Infinite, signals.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tell("Stopping: the workers finish their running jobs. Once more ends everything at once.");
            if (await cluster.StopAsync() is > 0 and { } left)
                Tell($"{Tools.Words.Count(left, "job")} had not come to the end{Whereabouts(options)}.");
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Nothing runs yet that would have to be drained.
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            Tell(e.Message);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is ChildNodeException or TimeoutException)
        {
            Tell($"The cluster is not up: {e.Message}");
            return ExitCode.Unreachable;
        }
        finally
        {
            LocalClusters.Withdraw(word);
        }
    }

    private static string Whereabouts(BalancerOptions options) => options.Store switch
    {
        StoreNames.Memory => "; the store is memory, so they are gone",
        StoreNames.Sqlite => $"; they are in {Path.GetFullPath(options.Sqlite.File)} and go on with the next start",
        _ => "; they are in the database and go on with the next start",
    };

    private static string? LeaveWord(UpCluster cluster, TimeProvider clock)
    {
        int pid = Environment.ProcessId;
        string? file = LocalClusters.Announce(new LocalCluster(
            pid, CurrentProcess.StartOf(pid) ?? 0, clock.GetUtcNow(), cluster.Router.Http!, cluster.Router.Seed));
        if (file is null)
            Tell($"There is no folder to leave word in (XDG_RUNTIME_DIR, XDG_STATE_HOME or HOME): give the tools --url {cluster.Router.Http}.");
        return file;
    }

    private static async Task ShowAsync(UpCluster cluster, bool json, TextWriter output)
    {
        ReadyLine router = cluster.Router;
        if (json)
        {
            UpReady ready = new("ready", router.Http!, router.Seed, [.. cluster.Nodes.Select(n => new UpNode(n.Name, n.Pid, n.Http, n.Akka, n.Roles))]);
            await output.WriteLineAsync(JsonSerializer.Serialize(ready, NodeJson.Default.UpReady));
            return;
        }
        ReadyLine[] nodes = [.. cluster.Nodes];
        await output.WriteLineAsync($"The cluster is up: 1 router and {Tools.Words.Count(nodes.Length - 1, "worker")}, each a process of its own.");
        foreach (ReadyLine node in nodes)
            await output.WriteLineAsync($"  {node.Name,-10} process {node.Pid,-8} {node.Http}");
        await output.WriteLineAsync($"HTTP is at {router.Http}{Unusual(new Uri(router.Http!).Port, UpCluster.HttpPort)}.");
        await output.WriteLineAsync($"The cluster is at {router.Seed}{Unusual(router.Port, UpCluster.RemotingPort)}; one more worker joins it with");
        await output.WriteLineAsync($"  actorbalancer node --role worker --seed {router.Seed}");
        await output.WriteLineAsync("Ctrl-C drains the workers and stops it.");
    }

    private static string Unusual(int port, int usual) => port == usual ? "" : $", since port {usual} was taken";

    private static void Tell(string text) => Console.Error.WriteLine(text);
}
