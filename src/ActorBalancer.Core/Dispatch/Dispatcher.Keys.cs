using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>Submits whose idempotency keys the store knew: it alone judges them, in the commit, so that a hundred at once make one job.</summary>
internal sealed partial class Dispatcher
{
    private const string KeyReused = "the key was used within 24 h for a job with other fields; use another key, or submit the same job";

    /// <summary>Answers a submit of which some rows were known; what is left of it has keys only where jobs were stored.</summary>
    private Submit AnswerKnown(Submit submit, List<KnownKey> known)
    {
        Dictionary<long, KnownKey> byKey = known.ToDictionary(k => k.Key);
        long[] stored = [.. submit.Keys], answered = [.. submit.Keys];
        RefusalCode[]? codes = submit.Codes;
        string? detail = submit.Detail;
        List<int> earlier = [];
        for (int i = 0; i < answered.Length; i++)
        {
            if (answered[i] < 0 || !byKey.TryGetValue(answered[i], out KnownKey found))
                continue;
            stored[i] = -1;
            answered[i] = found.IsSame ? found.Existing : -1;
            if (found.IsSame)
            {
                earlier.Add(i);
                continue;
            }
            // Not the array of the submit, which others may hold.
            codes = codes is null ? new RefusalCode[answered.Length] : [.. codes];
            codes[i] = RefusalCode.KeyReused;
            detail ??= KeyReused;
            _refused[(int)RefusalCode.KeyReused]++;
        }
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
        return new UnknownSubmit(new SubmitAnswer(submit.Submitter, submit.Ticket, submit.Keys, submit.Codes, submit.Detail), submit.Jobs, submit.Notify);
    }
}
