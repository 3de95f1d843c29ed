using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>
/// Rows that a commit left out: idempotency keys that the store knew (it alone judges them, in the commit, so that a hundred submits at once
/// make one job), what it cannot hold, and what had left the inbox.
/// </summary>
internal sealed partial class Dispatcher
{
    private const string KeyReused = "the key was used within 24 h for a job with other fields; use another key, or submit the same job";

    private const string NotHeld = "the store cannot hold this job: look for text that is none, such as a zero character in a source";

    /// <summary>Answers a submit of which some rows were left out; what remains of it has keys only where jobs were stored.</summary>
    private Submit AnswerLeftOut(Submit submit, Commit commit)
    {
        Dictionary<long, KnownKey> byKey = commit.Known.ToDictionary(k => k.Key);
        HashSet<long> refused = [.. commit.Refused], gone = [.. commit.Gone];
        long[] stored = [.. submit.Keys], answered = [.. submit.Keys];
        RefusalCode[]? codes = submit.Codes;
        string? detail = submit.Detail;
        List<int> earlier = [];
        for (int i = 0; i < answered.Length; i++)
        {
            long key = answered[i];
            if (key < 0)
                continue;
            bool isKnown = byKey.TryGetValue(key, out KnownKey found);
            if (!isKnown && !refused.Contains(key) && !gone.Contains(key))
                continue;
            stored[i] = -1;
            answered[i] = isKnown && found.IsSame ? found.Existing : -1;
            if (isKnown && found.IsSame)
            {
                earlier.Add(i);
                continue;
            }
            // Not the array of the submit, which others may hold.
            codes = codes is null ? new RefusalCode[answered.Length] : [.. codes];
            (codes[i], string why) = isKnown ? (RefusalCode.KeyReused, KeyReused) : (RefusalCode.Invalid, NotHeld);
            detail ??= why;
            _refused[(int)codes[i]]++;
        }
        if (submit.Submitter < 0)
            return submit with { Keys = stored };
        if (submit.Jobs.Rule == BatchRule.AllOrNone && codes is not null)
        {
            Array.Fill(stored, -1);
            Array.Fill(answered, -1);
            earlier.Clear();
        }
        Effects.Answers.Add(new SubmitAnswer(submit.Submitter, submit.Ticket, answered, codes, detail) { Known = earlier.Count > 0 ? [.. earlier] : null });
        if (submit.Notify)
        {
            foreach (int row in earlier)
                Effects.Watches.Add((submit.Submitter, submit.Ticket, row, answered[row]));
        }
        return submit with { Keys = stored };
    }

    private UnknownSubmit Unresolved(Submit submit)
    {
        _inserting -= submit.Accepted;
        return new UnknownSubmit(new SubmitAnswer(submit.Submitter, submit.Ticket, submit.Keys, submit.Codes, submit.Detail), submit.Jobs, submit.Notify) { AtUnixMs = submit.AtUnixMs };
    }
}
