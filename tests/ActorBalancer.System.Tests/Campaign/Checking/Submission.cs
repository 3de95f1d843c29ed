namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>What a producer asked for under one key, and every answer that it got.</summary>
internal sealed class Submission(string key, string kind)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = [];
    private readonly List<string> _answers = [];
    private readonly List<string> _codes = [];

    public string Key { get; } = key;

    public string Kind { get; } = kind;

    /// <summary>The ids under which it was accepted; one at most, if the promise holds.</summary>
    public IReadOnlyCollection<string> Ids
    {
        get
        {
            lock (_gate)
                return [.. _ids];
        }
    }

    public bool IsAccepted => Ids.Count > 0;

    /// <summary>Some attempt got no answer, or the answer that nobody knows: it may run, accepted or not.</summary>
    public bool IsUncertain { get; private set; }

    public IReadOnlyList<string> Answers
    {
        get
        {
            lock (_gate)
                return [.. _answers];
        }
    }

    /// <summary>All answers by their code, for people.</summary>
    public static string Sum(IEnumerable<Submission> submissions) => string.Join(", ", submissions.SelectMany(s => s._codes)
        .GroupBy(code => code).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}"));

    public void Accepted(string id, string router)
    {
        lock (_gate)
        {
            _ids.Add(id);
            _answers.Add($"{router}: {id}");
            _codes.Add("accepted");
        }
    }

    /// <summary>Surely not accepted by this attempt.</summary>
    public void Refused(string code, string router)
    {
        lock (_gate)
            _answers.Add($"{router}: {code}");
            _codes.Add(code);
    }

    public void Unknown(string why, string router)
    {
        lock (_gate)
        {
            IsUncertain = true;
            _answers.Add($"{router}: unknown ({why})");
            _codes.Add($"unknown ({why})");
        }
    }
}
