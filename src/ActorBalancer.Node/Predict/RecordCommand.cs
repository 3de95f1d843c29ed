using System.CommandLine;
using System.Text.Json;
using ActorBalancer.Node.Tools;

namespace ActorBalancer.Node.Predict;

/// <summary><c>actorbalancer record</c>: a trace of a live queue, for <c>simulate</c>.</summary>
internal static class RecordCommand
{
    private const double MostMinutes = 24 * 60;

    public static Command Create()
    {
        Argument<string> queue = new("QUEUE") { Description = "The queue." };
        Option<double> minutes = new("--minutes") { Description = "How long, up to 1440; Ctrl-C ends it earlier.", HelpName = "N", Required = true };
        minutes.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (> 0 and <= MostMinutes))
                r.AddError($"--minutes is out of range; give minutes above 0 and up to {MostMinutes}.");
        });
        return ToolVerb.Create(
            "record",
            "Writes down which jobs arrive at a queue and how long they run, one JSON object a line, and tells how to simulate it.",
            "actorbalancer record default --minutes 5 > trace",
            [queue, minutes],
            async (parsed, tool, stop) =>
            {
                JobRecorder recorder = new(tool.Client, parsed.GetValue(queue)!, tool.Clock);
                Recording recording = await recorder.RecordAsync(TimeSpan.FromMinutes(parsed.GetValue(minutes)), stop);
                foreach (RecordedJob job in recording.Lines())
                    tool.Screen.Lines.WriteLine(JsonSerializer.Serialize(job, PredictJson.Default.RecordedJob));
                foreach (string remark in Remarks(recording))
                    Tool.Remark(remark);
                return recording.Jobs.Count > 0 ? ExitCode.Done : ExitCode.Failed;
            });
    }

    private static IEnumerable<string> Remarks(Recording recording)
    {
        if (recording.Jobs.Count == 0)
        {
            yield return $"No job of queue {recording.Queue.Name} arrived and ran to its end meanwhile.";
            yield break;
        }
        yield return $"{Words.Count(recording.Jobs.Count, "job")} recorded"
            + (recording.Unfinished > 0 ? $"; {recording.Unfinished} more did not run to their end and are left out" : "") + ".";
        if (recording.Jobs.Count(j => Recording.Seconds(j) == 0) > recording.Jobs.Count / 10)
            yield return "Many of them ran for less than the millisecond that the node's times are exact to.";
        if (recording.Slots is not { } slots)
        {
            yield return "The workers have different numbers of slots, which 'simulate' does not know.";
            yield break;
        }
        string workers = string.Join(' ', recording.Groups().Select(g => $"--workers {g}"));
        yield return $"Simulate it: actorbalancer simulate --arrivals trace:FILE {workers} --slots {slots} --strategy {recording.Queue.Strategy} --binding {recording.Queue.Binding} --weights {recording.Queue.Weights}";
    }
}
