using ActorBalancer.Load;
using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>Why jobs went where they went; see <see cref="DecisionLog"/> for how long that is known in full. The word in the attempt is for ever.</summary>
internal sealed partial class Dispatcher
{
    // Of a large fleet an answer shows the best; a message has its bounds.
    private const int MostCandidates = 32;

    private readonly DecisionLog _decisions = new();

    /// <summary>The recent decisions about a job, oldest first; while it waits, and could run but for a worker, the one that would be made now.</summary>
    public JobDecision[] Explain(long key)
    {
        List<JobDecision> all = [];
        foreach (long number in _decisions.Of(key))
            all.Add(Rebuild(number));
        all.Reverse();
        if (FindSlot(key) is >= 0 and int slot && _table[slot] is { State: EntryState.Waiting } entry && !entry.Lane.Queue.Paused)
        {
            entry.Lane.Synchronise(_fleet);
            if (entry.Lane.Candidates.OpenCount == 0)
                all.Add(WhyNobody(in entry));
        }
        return [.. all];
    }

    private void Decided(Lane lane, int slot, int worker, bool isCrashRule = false)
    {
        ref JobEntry entry = ref _table[slot];
        entry.Why = isCrashRule ? WhyWord.Crashed : lane.View.Word;
        _decisions.Decided(lane.View, in entry, worker, isCrashRule, Now, _weightsAt);
    }

    private JobDecision Rebuild(long number)
    {
        ref readonly DecisionLog.Decision decision = ref _decisions.At(number);
        StrategyView view = decision.View;
        RowView[] rows = [.. view.Rows];
        List<PastStep> steps = [];
        _decisions.GoBack(number, rows, (row, before) =>
            steps.Add(new PastStep(row, before is null, before is { Bar: RowBar.None, Weight: var weight, Link: not null } ? weight : 0)));
        PastPick pick = Past(rows, steps, decision.IsCrashRule ? -1 : decision.Row, decision.Source);
        int open = pick.IsOpen.Count(isOpen => isOpen);
        IExplainingStrategy? explaining = decision.IsCrashRule ? null : view.Picker as IExplainingStrategy;
        explaining?.Explain(pick);
        string why = decision.IsCrashRule ? "a worker died under it before: it goes alone, to one without such a job"
            : open == 1 ? "the only one that could be chosen" : $"the choice of {view.Strategy} among {open}";
        return Describe(view, decision.At, decision.WeightsAt) with
        {
            Attempt = decision.Attempt,
            Worker = rows[decision.Row].Link?.Name,
            Why = why,
            Score = explaining?.ScoreRule,
            Candidates = Candidates(view, rows, pick, decision.Row, decision.At.Micros, decision.IsCrashRule, out int leftOut),
            LeftOut = leftOut,
        };
    }

    private JobDecision WhyNobody(in JobEntry entry)
    {
        StrategyView view = entry.Lane.View;
        PastPick pick = Past(view.Rows, [], -1, entry.Source);
        return Describe(view, Now, _weightsAt) with
        {
            Attempt = entry.Runs + 1,
            Why = "nobody can be chosen now",
            Candidates = Candidates(view, view.Rows, pick, -1, Now.Micros, isCrashRule: false, out int leftOut),
            LeftOut = leftOut,
        };
    }

    private static PastPick Past(RowView[] rows, List<PastStep> steps, int chosen, ulong source)
    {
        PastPick pick = new(rows.Length) { Chosen = chosen, Source = source };
        pick.Since.AddRange(steps);
        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].Link is not { } link)
                continue;
            (pick.Ids[row], pick.Weights[row], pick.Loads[row], pick.Slots[row]) = (link.Id, rows[row].Weight, rows[row].Load, rows[row].Slots);
            pick.IsOpen[row] = rows[row].Bar == RowBar.None;
        }
        return pick;
    }

    private static JobDecision Describe(StrategyView view, Moment at, long weightsAt) => new()
    {
        Attempt = 0,
        At = DateTimeOffset.FromUnixTimeMilliseconds(at.UnixMs),
        Strategy = view.Strategy,
        Binding = view.Binding,
        Weights = view.Weights,
        WeightsAge = weightsAt == 0 ? null : Age(at.Micros, weightsAt),
        Why = "",
        Candidates = [],
    };

    private List<DecisionCandidate> Candidates(
        StrategyView view, RowView[] rows, PastPick pick, int chosen, long atMicros, bool isCrashRule, out int leftOut)
    {
        List<(int Rank, DecisionCandidate Candidate)> all = [];
        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].Link is not { } link)
                continue;
            bool isOpen = pick.IsOpen[row];
            all.Add((row == chosen ? 0 : isOpen ? 1 : 2, new DecisionCandidate
            {
                Worker = link.Name,
                Score = pick.Scores[row],
                Load = rows[row].Load,
                Slots = rows[row].Slots,
                Weight = rows[row].Weight / 1000.0,
                ViewAge = rows[row].ReportMicros == 0 ? null : Age(atMicros, rows[row].ReportMicros),
                WhyNot = row == chosen ? null : isCrashRule && (rows[row].Notes & RowNotes.Suspect) != 0 ? "has another such job"
                    : isOpen ? pick.WhyNot[row] ?? "more in flight for its weight" : Words(rows[row].Bar),
                Notes = Words(view, rows[row], link, atMicros),
            }));
        }
        foreach (WorkerLink link in _fleet.Links)
        {
            if (link.Kinds.Contains(view.Kind) || link.JoinedMicros > atMicros)
                continue;
            all.Add((3, new DecisionCandidate
            {
                Worker = link.Name, Load = link.InFlight, Slots = link.Slots, Weight = WeightOf(link) / 1000.0,
                WhyNot = "kind not offered", Notes = [],
            }));
        }
        leftOut = Math.Max(0, all.Count - MostCandidates);
        return [.. all.OrderBy(c => c.Rank).ThenBy(c => c.Candidate.Score ?? double.MaxValue).ThenBy(c => c.Candidate.Worker, StringComparer.Ordinal)
            .Take(MostCandidates).Select(c => c.Candidate)];
    }

    private static TimeSpan Age(long now, long then) => TimeSpan.FromMicroseconds(Math.Max(0, now - then));

    private static string Words(RowBar bar) => bar switch
    {
        RowBar.Credit => "no credit",
        RowBar.Weight => "weight 0",
        RowBar.Draining => "draining",
        RowBar.Ejected => "ejected",
        RowBar.Silent => "silent",
        RowBar.Joining => "joining",
        _ => "gone",
    };

    private static List<string> Words(StrategyView view, in RowView row, WorkerLink link, long atMicros)
    {
        List<string> notes = [];
        if ((row.Notes & RowNotes.SlowStart) != 0)
            notes.Add("slow start");
        if ((row.Notes & RowNotes.UnknownWeight) != 0)
            notes.Add("weight not known yet: the mean of the others");
        if (row.Factor != 1000)
            notes.Add(FormattableString.Invariant($"learned: x{row.Factor / 1000.0:0.##}"));
        if (view.Weights == WeightSource.Learned && atMicros - link.JoinedMicros < (long)Learning.Blackout.TotalMicroseconds)
            notes.Add("blackout: too new to be judged");
        if ((row.Notes & RowNotes.Failures) != 0)
            notes.Add("jobs that failed too soon count as in flight");
        if ((row.Notes & RowNotes.Others) != 0)
            notes.Add("with jobs of other routers");
        return notes;
    }
}
