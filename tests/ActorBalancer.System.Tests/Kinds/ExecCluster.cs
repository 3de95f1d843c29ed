using System.Text;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Failure;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Kinds;

/// <summary>A router and one worker that may run every program, shared by the tests of a class.</summary>
public sealed class ExecCluster : IAsyncLifetime
{
    public const int OutputLimit = 10_000;

    private TestCluster? _cluster;
    private ChildNode? _worker;

    internal TestCluster Cluster => _cluster!;

    internal ChildNode Worker => _worker!;

    /// <summary>The worker's guard process.</summary>
    internal int Guard => Assert.Single(ProcessTable.ChildrenOf(Worker.Pid));

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync(new KeyValuePair<string, string>("ACTORBALANCER__QUEUE_DEFAULTS__BACKOFF__FIRST", "1ms"));
        _worker = await AddWorkerAsync("exec");
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    internal async Task<ChildNode> AddWorkerAsync(string name)
    {
        ChildNode worker = await Cluster.AddWorkerAsync(
            name, slots: 4, port: 0, faulty: false,
            new KeyValuePair<string, string>("ACTORBALANCER__WORKER__EXEC__ALLOW__0", "*"),
            new KeyValuePair<string, string>("ACTORBALANCER__WORKER__EXEC__OUTPUT", $"{OutputLimit}"));
        await Eventually.IsTrue(() => ProcessTable.ChildrenOf(worker.Pid).Count == 1, $"{name} has its guard");
        return worker;
    }

    /// <summary>A job that runs a shell's script with more members beside argv.</summary>
    internal static JobRequest Shell(string script, int attempts = 1, object? more = null)
    {
        Dictionary<string, object> payload = new() { ["argv"] = new[] { "sh", "-c", script } };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            payload[property.Name] = property.GetValue(more)!;
        return Exec(JsonSerializer.Serialize(payload)) with { Attempts = attempts };
    }

    internal static JobRequest Exec(string payload) => new() { Kind = "exec", Payload = Encoding.UTF8.GetBytes(payload), Attempts = 1 };

    internal async Task<JobResult> RunAsync(JobRequest job)
    {
        JobId id = await Cluster.Client.SubmitAsync(job);
        return await Cluster.Client.WaitAsync(id).WaitAsync(Eventually.Deadline);
    }

    /// <summary>Waits until a command has written a whole line of numbers into a file.</summary>
    internal static async Task<int[]> NumbersIn(string file, int count)
    {
        int[] numbers = [];
        await Eventually.IsTrue(() => File.Exists(file) && (numbers = Numbers(File.ReadAllText(file))).Length == count, $"the command has told {count} numbers");
        return numbers;
    }

    private static int[] Numbers(string text) =>
        [.. text[..(text.LastIndexOf('\n') + 1)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
