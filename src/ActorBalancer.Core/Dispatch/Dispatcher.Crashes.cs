using ActorBalancer.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Dispatch;

/// <summary>Runs that are lost, and what is learned of a job whose runs are lost again and again (rule 10).</summary>
internal sealed partial class Dispatcher
{
    private readonly HashSet<RunToken> _crashesCounted = [];

    private void LoseRun(int slot, string worker, long startedUnixMs, bool crashed)
    {
        ref JobEntry entry = ref _table[slot];
        entry.Lane.Queue.Counts.Lost++;
        entry.Runs++;
        entry.Used++;
        entry.Losses++;
        if (crashed)
            entry.Crashes++;
        var row = new OutcomeRow
        {
            Key = entry.Key,
            Attempt = entry.Runs,
            Outcome = AttemptOutcome.Lost,
            State = JobState.Waiting,
            Worker = worker,
            StartedUnixMs = startedUnixMs,
            FinishedUnixMs = Now.UnixMs,
            Why = WhyWord.Text(entry.Why, entry.Lane.Queue),
            Error = crashed ? "its worker's process ended" : "its worker was silent for too long",
        };
        if (entry.Crashes >= _options.Router.PoisonCrashes)
        {
            row.State = JobState.Dead;
            row.Reason = DeadReason.Poisoned;
            Effects.Notices.Add(new DispatchNotice(NoticeKind.JobPoisoned, new JobId(entry.Key).ToString(), entry.Crashes));
        }
        else if (RetryPolicy.Of(entry.Lane.Queue.Options).IsSpent(entry.Used, entry.Jobs.AttemptsAllowed(entry.Row)))
        {
            row.State = JobState.Dead;
            row.Reason = DeadReason.Attempts;
        }
        Record(slot, ref row);
    }

    /// <summary>
    /// A worker's file says that this run went on when its process died, and the router that sent it may have died with it. A run that is
    /// recorded by now, as whatever, is none of it.
    /// </summary>
    private void CountCrash(WorkerLink link, in HeldRun run, int slot)
    {
        ref JobEntry entry = ref _table[slot];
        if (run.Attempt <= entry.Runs || !_crashesCounted.Add(run.Token))
            return;
        switch (entry.State)
        {
            case EntryState.Undecided:
                _undecided.Remove(slot);
                WaitsNoMore(ref entry);
                // It was the head of its source, and is so again.
                entry.OwnsSource |= IsOrdered(in entry) && entry.Lane.Queue.SourceTails.TryAdd(entry.Source, slot);
                LoseRun(slot, link.Name, run.StartedUnixMs, crashed: true);
                break;
            case EntryState.Sent:
                // It runs elsewhere by now, as the same attempt: the crash is told with that one's end.
                if (entry.Crashes++ == 0)
                    _fleet[entry.Worker]!.Suspects++;
                break;
            case EntryState.Held or EntryState.Delayed:
                entry.Crashes++;
                break;
        }
    }
}
