namespace ActorBalancer.Intake;

/// <summary>The answers to the parts of a batch whose queues have several owners, put together again.</summary>
internal sealed class BatchSplit(IntakeBatch whole)
{
    private string? _detail;
    private RefusalCode[]? _codes;

    public long[] Keys { get; } = Filled(whole.Jobs.Count);

    public RefusalCode[]? Codes => _codes;

    public string? Detail => _detail;

    /// <summary>Parts that are not answered.</summary>
    public int Open { get; set; }

    /// <summary>The owners are only asked; the jobs follow if none of them would refuse one.</summary>
    public bool IsFirstAsked { get; set; }

    public void Add(IntakeBatch part, long[] keys, RefusalCode[]? codes, string? detail)
    {
        int[] rows = part.WholeRows!;
        for (int i = 0; i < keys.Length; i++)
        {
            Keys[rows[i]] = keys[i];
            if (codes is not null && codes[i] != RefusalCode.None)
                (_codes ??= new RefusalCode[whole.Jobs.Count])[rows[i]] = codes[i];
        }
        _detail ??= detail;
        Open--;
    }

    /// <summary>Some owner refused, or did not answer, after another one had accepted: what was accepted stays so.</summary>
    public void SayHalf()
    {
        if (_codes is null || !Array.Exists(Keys, k => k >= 0))
            return;
        for (int i = 0; i < _codes.Length; i++)
        {
            if (_codes[i] != RefusalCode.None)
                _codes[i] = RefusalCode.OutcomeUnknown;
        }
        _detail = "The jobs go to queues of several routers, and only some of them accepted theirs: look which jobs there are before you submit again.";
    }

    /// <summary>Some router may have accepted all of it before: whoever is refused beside others does not know.</summary>
    public void SayUnsure()
    {
        for (int i = 0; _codes is not null && i < _codes.Length; i++)
        {
            if (_codes[i] == RefusalCode.None && Keys[i] < 0)
                _codes[i] = RefusalCode.OutcomeUnknown;
        }
    }

    /// <summary>Some rows of a batch as a batch of its own.</summary>
    public static JobBatch Take(JobBatch jobs, int[] rows, BatchRule rule)
    {
        int bytes = rows.Sum(row => jobs.Starts[row + 1] - jobs.Starts[row]);
        byte[] blob = new byte[bytes];
        int[] starts = new int[rows.Length + 1];
        List<string> kinds = [], queues = [];
        ushort[] kindOf = new ushort[rows.Length], queueOf = new ushort[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlyMemory<byte> payload = jobs.Payload(rows[i]);
            payload.CopyTo(blob.AsMemory(starts[i]));
            starts[i + 1] = starts[i] + payload.Length;
            kindOf[i] = Place(kinds, jobs.Kind(rows[i]));
            queueOf[i] = Place(queues, jobs.Queue(rows[i]));
        }
        return new JobBatch
        {
            Count = rows.Length,
            Rule = rule,
            Blob = blob,
            Starts = starts,
            Kinds = [.. kinds],
            KindOf = kinds.Count > 1 ? kindOf : null,
            Queues = [.. queues],
            QueueOf = queues.Count > 1 ? queueOf : null,
            Sources = Column(jobs.Sources),
            Priorities = Column(jobs.Priorities),
            RunAt = Column(jobs.RunAt),
            TimeLimits = Column(jobs.TimeLimits),
            Attempts = Column(jobs.Attempts),
            IdempotencyKeys = Column(jobs.IdempotencyKeys),
            Fingerprints = Column(jobs.Fingerprints),
        };

        T[]? Column<T>(T[]? column) => column is null ? null : [.. rows.Select(row => column[row])];

        static ushort Place(List<string> names, string name)
        {
            int at = names.LastIndexOf(name);
            if (at < 0)
            {
                at = names.Count;
                names.Add(name);
            }
            return (ushort)at;
        }
    }

    private static long[] Filled(int count)
    {
        long[] keys = new long[count];
        Array.Fill(keys, -1);
        return keys;
    }
}
