using System.CommandLine;
using ActorBalancer.Client;
using Spectre.Console;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer top</c>.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        Option<double> interval = new("--interval") { Description = "Seconds between two looks, 0.1 to 3600; 1 by default.", HelpName = "SECONDS", DefaultValueFactory = _ => 1 };
        Option<bool> once = new("--once") { Description = "One look, then end." };
        interval.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (>= 0.1 and <= 3600))
                r.AddError("--interval is out of range; give seconds from 0.1 to 3600.");
        });
        return ToolVerb.Create(
            "top",
            "Shows what the cluster does, again and again until Ctrl-C: throughput, response times, in flight, and share and weight of each "
            + "worker. In a pipe: one plain snapshot an interval.",
            """
            actorbalancer top
            actorbalancer top --once --json
            """,
            [interval, once],
            async (parsed, tool, stop) =>
            {
                TimeSpan pause = TimeSpan.FromSeconds(parsed.GetValue(interval));
                try
                {
                    await RunAsync(tool, pause, parsed.GetValue(once), stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // That is how one leaves it.
                }
                return ExitCode.Done;
            });
    }

    private static async Task RunAsync(Tool tool, TimeSpan interval, bool once, CancellationToken stop)
    {
        TopSampler sampler = new(tool.Client, tool.Clock);
        await sampler.BeginAsync(stop);
        if (tool.Screen.IsRich && !once && !tool.Json)
        {
            await Screen.Ansi.Live(new Text("Looking ...")).StartAsync(async live =>
            {
                while (true)
                {
                    await Task.Delay(interval, tool.Clock, stop);
                    Profile profile = Screen.Ansi.Profile;
                    live.UpdateTarget(TopScreen.Picture(await sampler.TakeAsync(stop), profile.Capabilities.Unicode, profile.Width));
                }
            });
        }
        do
        {
            await Task.Delay(interval, tool.Clock, stop);
            TopSnapshot snapshot = await sampler.TakeAsync(stop);
            if (tool.Json)
                tool.Print(snapshot, ToolJson.Default.TopSnapshot);
            else
                TopScreen.Write(tool.Screen, snapshot);
            if (!once && !tool.Json)
                tool.Screen.Line("");
        }
        while (!once);
    }
}
