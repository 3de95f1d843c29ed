using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ActorBalancer.CampaignNode;

/// <summary>
/// One worker process's ledger: a file of its own, to which every line goes in one write and at once, so that it outlives the
/// process. Fields are separated by tabs. Times are those of the machine's monotonic clock, which all its processes share.
/// </summary>
internal sealed class LedgerWriter
{
    /// <summary>The environment variable with the folder of the ledgers.</summary>
    public const string Folder = "CAMPAIGN_LEDGERS";

    /// <summary>The environment variable with the node's name.</summary>
    public const string Node = "CAMPAIGN_NODE";

    public const string StartMark = "S";
    public const string CancelMark = "C";
    public const string EndMark = "E";

    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private int _runs;

    private LedgerWriter(string file, string name)
    {
        Name = name;
        _file = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public string Name { get; }

    public static LedgerWriter Open(string folder, string name) => new(Path.Combine(folder, $"{name}.{Environment.ProcessId}"), name);

    /// <summary>Microseconds of the monotonic clock.</summary>
    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    /// <summary>Gives the run a name that no other run has.</summary>
    public string Started(string key, string id, int attempt, long fence, string queue)
    {
        string run = $"{Name}.{Environment.ProcessId}.{Interlocked.Increment(ref _runs)}";
        Write($"{StartMark}\t{Now}\t{run}\t{key}\t{id}\t{attempt}\t{fence}\t{queue}\n");
        return run;
    }

    public void Cancelled(string run) => Write($"{CancelMark}\t{Now}\t{run}\n");

    public void Ended(string run, RunEnding how) => Write($"{EndMark}\t{Now}\t{run}\t{how}\n");

    private void Write(FormattableString line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture));
        lock (_gate)
            _file.Write(bytes);
    }
}
