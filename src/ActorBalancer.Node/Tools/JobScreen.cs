using System.Globalization;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>Jobs as a person reads them.</summary>
internal sealed class JobScreen(Tool tool)
{
    private const int MostOfAResult = 400;

    public void Show(JobListing page)
    {
        DateTimeOffset now = tool.Clock.GetUtcNow();
        Sheet sheet = new("id", "state", "kind", "queue", "worker", Column.Number("tries"), Column.Number("age"));
        foreach (JobDetails job in page.Items)
            sheet.Add(job.Id, job.State, job.Kind, job.Queue, job.Worker, $"{job.Attempt}", Words.Age(job.SubmittedAt, now));
        tool.Screen.Show(sheet);
        if (page.Next is { } next)
            Tool.Remark($"There are more: --after {next}");
    }

    public void Show(JobDetails job)
    {
        (string Name, string? Value)[] lines =
        [
            ("id", job.Id),
            ("kind", job.Kind),
            ("queue", job.Queue),
            ("source", job.Source),
            ("state", job.Reason is null ? job.State : $"{job.State} ({job.Reason})"),
            ("waits", job.Waiting),
            ("submitted", Words.Time(job.SubmittedAt)),
            ("started", Words.Time(job.StartedAt)),
            ("finished", Words.Time(job.FinishedAt)),
            ("worker", job.Worker),
            ("progress", job.Progress is { } progress ? string.Create(CultureInfo.InvariantCulture, $"{100 * progress.Fraction:0}% {progress.Note}").TrimEnd() : null),
            ("result", ResultOf(job)),
            ("error", job.Error),
        ];
        foreach ((string name, string? value) in lines.Where(l => !string.IsNullOrEmpty(l.Value)))
            tool.Screen.Line($"{name,-10} {value}");
        if (job.Attempts is { Count: > 0 } attempts)
            Show(attempts);
        foreach (DecisionDetails decision in job.Decisions ?? [])
            Show(decision);
    }

    private void Show(IReadOnlyList<AttemptDetails> attempts)
    {
        tool.Screen.Line("");
        Sheet sheet = new(Column.Number("attempt"), "worker", "started", Column.Number("took"), "outcome", "why");
        foreach (AttemptDetails attempt in attempts)
            sheet.Add($"{attempt.N}", attempt.Worker, Words.TimeOfDay(attempt.StartedAt), Words.Duration(attempt.FinishedAt - attempt.StartedAt), attempt.Outcome ?? "running", attempt.Why);
        tool.Screen.Show(sheet);
    }

    private void Show(DecisionDetails decision)
    {
        tool.Screen.Line("");
        tool.Screen.Line($"attempt {decision.Attempt} at {Words.TimeOfDay(decision.At)}: {decision.Worker ?? "nobody yet"}");
        tool.Screen.Line($"  {decision.Why}, {decision.Binding} binding");
        string age = decision.WeightsAgeMs is { } ms ? $", {Words.Duration(TimeSpan.FromMilliseconds(ms))} old" : "";
        tool.Screen.Line($"  {decision.Weights} weights{age}");
        if (decision.Score is { } rule)
            tool.Screen.Line($"  score: {rule}");
        Sheet sheet = new("worker", Column.Number("score"), Column.Number("load"), Column.Number("slots"), Column.Number("weight"), Column.Number("view"), "why not");
        foreach (CandidateDetails c in decision.Candidates)
        {
            sheet.Add(
                c.Worker, c.Score is { } score ? score.ToString("0.####", CultureInfo.InvariantCulture) : null, $"{c.Load}", $"{c.Slots}", Words.Number(c.Weight),
                Words.Duration(c.ViewMs is { } view ? TimeSpan.FromMilliseconds(view) : null), c.WhyNot ?? "chosen");
        }
        tool.Screen.Show(sheet);
        foreach (CandidateDetails c in decision.Candidates.Where(c => c.Notes.Count > 0))
            tool.Screen.Line($"  {c.Worker}: {string.Join("; ", c.Notes)}");
        if (decision.LeftOut > 0)
            tool.Screen.Line($"and {Words.Count(decision.LeftOut, "worker")} more");
    }

    private static string? ResultOf(JobDetails job) => job switch
    {
        { ResultBytes: null or 0 } => null,
        { Result: { ValueKind: not System.Text.Json.JsonValueKind.Null } json } => Shortened(json.GetRawText()),
        { ResultBytes: { } bytes } => $"{bytes} bytes that are no JSON",
    };

    private static string Shortened(string text) => text switch
    {
        { Length: > MostOfAResult } => $"{text[..MostOfAResult]}... ({text.Length} characters)",
        _ => text,
    };
}
