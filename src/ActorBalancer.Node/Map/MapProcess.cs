using System.Text;
using System.Text.Unicode;
using ActorBalancer.Client;
using ActorBalancer.Node.Guard;
using ActorBalancer.Node.Kinds;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Map;

/// <summary>A map from its arguments to its exit code.</summary>
internal static class MapProcess
{
    public static async Task<int> RunAsync(MapArguments arguments, TimeProvider clock)
    {
        using StopSignals signals = new();
        CurrentProcess.FollowDotnetRun(clock, signals.Token);
        await using MapScreen screen = new(clock);
        byte[] program = [];
        if (arguments.Url is null)
        {
            if (Here(arguments, out string? problem) is not { } here)
            {
                screen.Tell(problem!);
                return ExitCode.Usage;
            }
            (arguments, program) = here;
        }
        ItemReader reader = new(0, arguments.Delimiter);
        MapRun run = new(arguments, reader.Items, new MapOutput(arguments.KeepOrder, bytes => Libc.WriteAll(1, bytes.Span), screen.Write));
        try
        {
            // Nothing is started for nothing.
            if (await reader.Items.WaitToReadAsync(signals.Token))
            {
                await using IMapCluster cluster = arguments.Url is null
                    ? await LocalCluster.StartAsync(arguments, program, screen.Tell, clock, signals.Token)
                    : new RemoteCluster(arguments, clock);
                screen.Begin(() => $"{run.Done} done, {run.Failed} failed, {run.Running} under way");
                await run.RunAsync(cluster, signals.Token);
            }
            await screen.EndAsync();
            screen.Tell($"{run.Done} done, {run.Failed} failed");
            return run.Failed == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (BrokenPipeException)
        {
            // As if SIGPIPE had ended us: who has seen enough wants no word about it.
            return ExitCode.BrokenPipe;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            screen.Tell($"stopped; {run.Done} done, {run.Failed} failed");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is ChildNodeException or TimeoutException)
        {
            screen.Tell($"its cluster is not up: {e.Message}");
            return ExitCode.Unreachable;
        }
        catch (UnreachableException e)
        {
            screen.Tell($"{e.Message}. Check --url: it is the HTTP address of a router node.");
            return ExitCode.Unreachable;
        }
        catch (RefusedException e)
        {
            screen.Tell(e.Code == "unknown_kind" ? $"{e.Message}. No worker there may run commands: see worker.exec.allow." : e.Message);
            return ExitCode.Refused;
        }
        catch (IOException e)
        {
            screen.Tell($"{e.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>What is to be run here, with its program's absolute path, or why it cannot be.</summary>
    private static (MapArguments Arguments, byte[] Program)? Here(MapArguments arguments, out string? problem)
    {
        byte[] name = arguments.Command[0];
        // Workers know no folder that a path could begin in; a name stays one, since some programs go by theirs.
        if (name.Contains((byte)'/') && name[0] != '/')
            name = [.. Encoding.UTF8.GetBytes(Environment.CurrentDirectory), (byte)'/', .. name];
        byte[]? program = new AllowedPrograms(["*"], Environment.GetEnvironmentVariable("PATH")).Resolve(name, out _);
        problem = program is null ? $"there is no program '{Encoding.UTF8.GetString(arguments.Command[0])}' that can be run here"
            : Utf8.IsValid(program) ? null : "the program's path is no UTF-8; call it by another one";
        return problem is null ? (arguments with { Command = [name, .. arguments.Command.Skip(1)] }, program!) : null;
    }
}
