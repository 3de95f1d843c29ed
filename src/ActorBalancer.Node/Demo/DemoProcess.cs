using System.Text.Json;
using ActorBalancer.Node.Processes;
using Spectre.Console;

namespace ActorBalancer.Node.Demo;

/// <summary>The demo from its arguments to its exit code.</summary>
internal static class DemoProcess
{
    public static async Task<int> RunAsync(DemoArguments arguments, TimeProvider clock)
    {
        using StopSignals signals = new();
        CurrentProcess.FollowDotnetRun(clock, signals.Token);
        string folder = Path.GetFullPath(arguments.Folder ?? SampleFiles.DefaultFolder());
        if (!Directory.Exists(folder))
            return Fail(ExitCode.Usage, $"There is no folder {folder}: give another one with --folder.");
        try
        {
            IReadOnlyList<SampleFile> files = SampleFiles.Collect(folder, signals.Token);
            if (files.Count == 0)
                return Fail(ExitCode.Usage, $"There is no readable file below {folder}: give another folder with --folder.");
            DemoScreen? screen = arguments.Json ? null : new DemoScreen(Screen());
            TextWriter output = StandardOutput.Take();
            DemoRun run = new(arguments, folder, files, screen, clock);
            DemoReport report = await run.RunAsync(signals.Token);
            if (arguments.Json)
                await output.WriteLineAsync(JsonSerializer.Serialize(report, NodeJson.Default.DemoReport));
            else
                screen!.End(report);
            return run.Problem is null ? ExitCode.Done : Fail(ExitCode.Failed, $"{run.Problem}.");
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return Fail(ExitCode.Interrupted, "Stopped; every process of the demo has ended.");
        }
        catch (Exception e) when (e is ChildNodeException or TimeoutException)
        {
            return Fail(ExitCode.Unreachable, $"The demo's cluster is not up: {e.Message}");
        }
        catch (JobRefusedException e)
        {
            return Fail(ExitCode.Failed, $"The demo's cluster refused what it was asked: {e.Message}");
        }
    }

    /// <summary>Its width is asked once, while standard output is still the console's.</summary>
    private static IAnsiConsole Screen()
    {
        IAnsiConsole console = AnsiConsole.Console;
        console.Profile.Width = console.Profile.Width;
        return console;
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
