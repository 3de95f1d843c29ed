using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorBalancer.Node.Tools;
using ActorBalancer.Simulator;
using ActorBalancer.Simulator.Charts;

namespace ActorBalancer.Node.Predict;

/// <summary><c>actorbalancer simulate</c>: what each strategy would make of a fleet and its jobs, without a fleet.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        SimulateArguments arguments = new();
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Option<string?> svg = new("--svg") { Description = "Draw the response times into this file.", HelpName = "FILE" };
        Option<bool> verbose = new("--verbose") { Description = "Say how fast it was, on standard error." };
        Verb verb = new(
            "simulate",
            "Predicts response times, shares and utilisation: jobs arrive in virtual time and the strategies of the cluster place them.",
            """
            actorbalancer simulate --workers 8x1 --workers 2x0.25:1 --load 0.9 --service pareto:1.5:1000
            actorbalancer simulate --workers 8x1 --arrivals batch:80 --service det
            """);
        foreach (Option option in (IEnumerable<Option>)[.. arguments.All, json, svg, verbose])
            verb.Options.Add(option);
        verb.SetAction(parsed => PredictRun.Guard(stop =>
        {
            SimulationOptions options = arguments.Read(parsed);
            string title = arguments.Describe(parsed, options);
            Screen screen = new();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            StrategyFigures[] rows = PredictRun.AtWork(screen, parsed.GetValue(json), () => Simulation.Run(options, stop));
            if (parsed.GetValue(verbose))
                Tool.Remark(Speed(rows.Sum(r => r.Jobs), Environment.CpuUsage.TotalTime - before));
            if (parsed.GetValue(svg) is { } file)
                File.WriteAllText(file, SvgChart.Draw([.. rows.Where(r => r.Overloaded.Count == 0)], title));
            if (parsed.GetValue(json))
                screen.Lines.WriteLine(JsonSerializer.Serialize([.. rows.Select(SimulateReport.Of)], PredictJson.Default.SimulateReportArray));
            else
                SimulateScreen.Write(screen, title, options, rows);
            foreach (string warning in SimulateScreen.Warnings(rows))
                Tool.Remark(warning);
            return ExitCode.Done;
        }));
        return verb;
    }

    private static string Speed(long jobs, TimeSpan processor) => string.Create(
        CultureInfo.InvariantCulture,
        $"{jobs} jobs in {processor.TotalSeconds:0.00} s of processor time: {jobs / processor.TotalSeconds / 1e6:0.0} million jobs a second and core");
}
