using ActorBalancer.Node.Processes;
using ActorBalancer.Node.Tools;
using ActorBalancer.Simulator;
using Spectre.Console;

namespace ActorBalancer.Node.Predict;

/// <summary>Where predictions fail: one home for the exit codes.</summary>
internal static class PredictRun
{
    /// <summary>A person at a terminal sees that it is at work.</summary>
    public static T AtWork<T>(Screen screen, bool json, Func<T> work) =>
        screen.IsRich && !json ? Screen.Ansi.Status().Start("Simulating ...", _ => work()) : work();

    public static int Guard(Func<CancellationToken, int> run)
    {
        using StopSignals signals = new();
        CurrentProcess.FollowDotnetRun(TimeProvider.System, signals.Token);
        try
        {
            return run(signals.Token);
        }
        catch (SimulationException e)
        {
            Tool.Remark($"{e.Message}.");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tool.Remark(e.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }
}
