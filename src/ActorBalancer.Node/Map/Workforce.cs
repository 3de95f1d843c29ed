using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Map;

/// <summary>The worker processes of a map; one that crashes is started again, a bounded number of times.</summary>
internal sealed class Workforce(int slots, KeyValuePair<string, string>[] settings, Action<string> tell) : IAsyncDisposable
{
    private const int StartsEach = 4;

    private readonly CancellationTokenSource _allLost = new();
    private readonly List<ChildNode> _living = [];
    private readonly List<Task> _watches = [];
    private readonly Lock _lock = new();
    private int _startsLeft, _started;
    private bool _ending;

    /// <summary>Cancelled when the last one has ended and none is started any more.</summary>
    public CancellationToken AllLost => _allLost.Token;

    /// <summary>What the newest crashed one said.</summary>
    public string LastWords { get; private set; } = "";

    public void Start(int count, string seed)
    {
        _startsLeft = count * StartsEach;
        for (int i = 0; i < count; i++)
            StartOne(seed);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] watches;
        lock (_lock)
        {
            _ending = true;
            watches = [.. _watches];
            foreach (ChildNode worker in _living)
                worker.Kill();
        }
        // Each ends when its guard has ended the commands, which hold on to our pipe so long.
        await Task.WhenAll(watches);
        _allLost.Dispose();
    }

    private void StartOne(string seed)
    {
        lock (_lock)
        {
            if (_ending)
                return;
            _startsLeft--;
            string name = $"worker-{++_started}";
            ChildNode worker = ChildNode.Start(
                name, typeof(Workforce).Assembly.Location, ["--role", "worker", "--port", "0", "--bind", "127.0.0.1", "--seed", seed, "--slots", $"{slots}"], settings);
            _living.Add(worker);
            _watches.Add(WatchAsync(worker, seed));
        }
    }

    private async Task WatchAsync(ChildNode worker, string seed)
    {
        await worker.WaitForExitAsync();
        bool again, last;
        lock (_lock)
        {
            _living.Remove(worker);
            again = !_ending && _startsLeft > 0;
            last = !_ending && !again && _living.Count == 0;
        }
        if (!_ending)
        {
            LastWords = worker.Log;
            tell($"{worker.Name} ended with exit code {worker.ExitCode}; its commands run again{(again ? " and another worker is started" : "")}");
        }
        await worker.DisposeAsync();
        if (again)
            StartOne(seed);
        if (last)
            await _allLost.CancelAsync();
    }
}
