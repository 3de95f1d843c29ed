using System.Globalization;
using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>The ledgers of all worker processes, read together.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, LedgerRun> _byName = [];
    private readonly Dictionary<(string Node, int Pid), long> _lastSign = [];

    /// <summary>In the order in which they started.</summary>
    public IReadOnlyList<LedgerRun> Runs => [.. _byName.Values.OrderBy(r => r.Start)];

    /// <summary>When the process wrote for the last time.</summary>
    public long LastSign(string node, int pid) => _lastSign[(node, pid)];

    public static Ledger Read(string folder)
    {
        Ledger ledger = new();
        foreach (string file in Directory.GetFiles(folder))
        {
            using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            string text = reader.ReadToEnd();
            // A process that was killed may have left half a line, which says nothing.
            foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
                ledger.Add(line);
        }
        return ledger;
    }

    public static Ledger Of(params string[] lines)
    {
        Ledger ledger = new();
        foreach (string line in lines)
            ledger.Add(line);
        return ledger;
    }

    private void Add(string line)
    {
        string[] fields = line.Split('\t');
        long at = Number(fields[1]);
        string name = fields[2];
        if (fields[0] == LedgerWriter.StartMark)
        {
            // NODE.PID.N
            string[] parts = name.Split('.');
            _byName.Add(name, new LedgerRun(name, parts[0], (int)Number(parts[1]), fields[3], fields[4], (int)Number(fields[5]), Number(fields[6]), fields[7], at));
        }
        LedgerRun run = _byName[name];
        if (fields[0] == LedgerWriter.CancelMark)
            run.CancelledAt ??= at;
        if (fields[0] == LedgerWriter.EndMark)
            (run.End, run.How) = (at, Enum.Parse<RunEnding>(fields[3]));
        (string, int) process = (run.Node, run.Pid);
        _lastSign[process] = Math.Max(at, _lastSign.GetValueOrDefault(process));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
