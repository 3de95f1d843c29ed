using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>Holds what the producers were told against what ran and what the system recorded. It judges no timing.</summary>
internal sealed class Checker
{
    private const int PoisonCrashes = 3;

    private readonly Evidence _evidence;
    private readonly Dictionary<string, Submission> _byKey;
    private readonly Dictionary<string, List<LedgerRun>> _runsById;
    private readonly Dictionary<string, LedgerRun> _runs;
    private readonly Verdict _verdict;

    private Checker(Evidence evidence)
    {
        _evidence = evidence;
        _byKey = evidence.Submissions.ToDictionary(s => s.Key);
        _runs = evidence.Ledger.Runs.ToDictionary(r => r.Name);
        _runsById = evidence.Ledger.Runs.GroupBy(r => r.Id).ToDictionary(g => g.Key, g => g.ToList());
        _verdict = new Verdict { Accepted = evidence.Submissions.Count(s => s.IsAccepted) };
    }

    public static Verdict Check(Evidence evidence)
    {
        Checker checker = new(evidence);
        foreach (Submission submission in evidence.Submissions.Where(s => s.IsAccepted))
            checker.CheckAccepted(submission);
        checker.CheckRuns();
        OverlapCheck overlaps = new(evidence);
        foreach (List<LedgerRun> runs in checker._runsById.Values)
        {
            checker.CountDuplicates(runs);
            overlaps.Check(runs, checker._verdict);
        }
        return checker._verdict;
    }

    private void CheckAccepted(Submission submission)
    {
        string[] ids = [.. submission.Ids];
        if (ids.Length > 1)
            _verdict.Unexpected.Add($"{submission.Key} was accepted as several jobs: {string.Join(", ", ids)}");
        foreach (string id in ids)
        {
            if (!_evidence.Histories.TryGetValue(id, out JobHistory? history))
                _verdict.Lost.Add($"{Story(submission, id)}: nobody knows it");
            else if (!history.IsFinal)
                _verdict.Lost.Add($"{Story(submission, id)}: not final");
            else if (history.Result is { } result && result.Key != submission.Key)
                _verdict.Lost.Add($"{Story(submission, id)}: another job stands under its id");
            else if (Fault(history) is { } fault)
                _verdict.StaleOutcomes.Add($"{Story(submission, id)}: {fault}");
        }
    }

    private void CheckRuns()
    {
        foreach (((string key, string id), LedgerRun run) in _evidence.Ledger.Runs.GroupBy(r => (r.Key, r.Id)).Select(g => (g.Key, g.First())))
        {
            if (!_byKey.TryGetValue(key, out Submission? submission))
                _verdict.Unexpected.Add($"{key}, job {id}, ran on {run.Node} and was never submitted");
            else if (submission.IsAccepted ? !submission.Ids.Contains(id) : !submission.IsUncertain)
                _verdict.Unexpected.Add($"{Story(submission, id)}: ran on {run.Node}");
        }
    }

    private void CountDuplicates(List<LedgerRun> runs)
    {
        int more = runs.Count(r => r.How != RunEnding.Failed) - 1;
        if (more <= 0)
            return;
        _verdict.Duplicates += more;
        if (_byKey.TryGetValue(runs[0].Key, out Submission? submission))
            _verdict.Duplicated.Add(Story(submission, runs[0].Id));
    }

    /// <summary>What is wrong with a final outcome; null: nothing.</summary>
    private string? Fault(JobHistory history)
    {
        int ends = history.Attempts.Count(a => a.Outcome is JobHistory.Succeeded or "discarded" or "cancelled");
        if (ends > 1)
            return $"{ends} attempts ended it";
        if (history.State == "dead")
            return FaultOfDead(history);
        if (history.State != JobHistory.Succeeded)
            return null;
        if (history.Attempts is not [.., { Outcome: JobHistory.Succeeded } last])
            return "its last attempt did not succeed";
        if (history.Result is not { } result)
            return "it has no result";
        if (!_runs.TryGetValue(result.Run, out LedgerRun? run) || run.Id != history.Id)
            return "its result is of no run that was ever started for it";
        if (run.How != RunEnding.Ok)
            return "its result is of a run that did not end well";
        if (run.Attempt != last.N || run.Node != last.Worker)
            return $"its result is that of attempt {run.Attempt} on {run.Node}";
        return null;
    }

    private string? FaultOfDead(JobHistory history) => history.Reason switch
    {
        "poisoned" when history.Attempts.Count(a => a.Outcome == "lost") < PoisonCrashes => "it crashed too few workers to be poisoned",
        "poisoned" or "expired" => null,
        _ when history.Attempts is [.., { Outcome: "failed" or "retry" or "lost" }] => null,
        _ => "its last attempt did not fail",
    };

    private string Story(Submission submission, string id)
    {
        IEnumerable<string> runs = _runsById.GetValueOrDefault(id, []).Select(r =>
            $"{r.Name} attempt {r.Attempt} fence {r.Fence} {r.Start}-{r.End?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} {r.How}");
        string history = _evidence.Histories.TryGetValue(id, out JobHistory? known) ? known.ToString() : "none";
        return $"{submission.Key} ({submission.Kind}), job {id}; answers [{string.Join("; ", submission.Answers.TakeLast(5))}]; "
            + $"history [{history}]; runs [{string.Join("; ", runs)}]";
    }
}
