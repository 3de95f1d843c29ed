using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ActorBalancer.CampaignNode;
using ActorBalancer.Node.Processes;
using ActorBalancer.Storage.Tests.Postgres;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Loading;
using ActorBalancer.SystemTests.Network;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>Router and worker processes with addresses of their own, which the campaign breaks and heals.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int Slots = 8;
    private const string LateFolder = "late";

    private readonly StageSettings _settings;
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Lock _gate = new();
    private FaultLog.Silence? _withoutRouter;

    private Stage(StageSettings settings)
    {
        _settings = settings;
        Ledgers = _folder.Make("ledgers");
        if (settings.HasLateRouter)
            Late = new LateOrder(_folder.Make(LateFolder));
        List<StageNode> nodes = [];
        for (int i = 1; i <= settings.Routers; i++)
            nodes.Add(Place($"router-{i}", isRouter: true));
        for (int i = 1; i <= settings.Workers; i++)
            nodes.Add(Place($"worker-{i}", isRouter: false));
        Nodes = nodes;
    }

    public FaultLog Faults { get; } = new();

    public StageStore Store => _settings.Store;

    public NetworkLab? Lab => _settings.Lab;

    /// <summary>Null: no router can be told to be late.</summary>
    public LateOrder? Late { get; }

    /// <summary>The routers first.</summary>
    public IReadOnlyList<StageNode> Nodes { get; }

    public IReadOnlyList<StageNode> Routers => [.. Nodes.Where(n => n.IsRouter)];

    public IReadOnlyList<StageNode> Workers => [.. Nodes.Where(n => !n.IsRouter)];

    public string Ledgers { get; }

    public static async Task<Stage> StartAsync(StageSettings settings)
    {
        Stage stage = new(settings);
        try
        {
            // The first router forms the cluster, which the others look for.
            stage.Routers[0].Want();
            await stage.ReadyAsync(stage.Routers[0]);
            foreach (StageNode node in stage.Nodes)
                node.Want();
            await stage.AllReadyAsync();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts whatever is down and waits until every node says that it is ready.</summary>
    public async Task HealAsync()
    {
        foreach (StageNode node in Nodes)
            node.Want();
        await AllReadyAsync();
    }

    public async Task ReadyAsync(StageNode node)
    {
        try
        {
            await Eventually.IsTrue(() => IsReadyAsync(node), $"{node.Name} is ready");
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{node.Name} is not ready.\n{Logs}", fault);
        }
    }

    /// <summary>Who owns the queue that every producer uses; null: nobody who could say so.</summary>
    public async Task<StageNode?> OwnerAsync()
    {
        foreach (StageNode router in Routers)
        {
            try
            {
                using JsonDocument queue = JsonDocument.Parse(await _probe.GetByteArrayAsync(new Uri(router.Http, $"/v1/queues/{Producers.SharedQueue}")));
                string? owner = queue.RootElement.GetProperty("owner").GetString();
                return Routers.FirstOrDefault(r => r.Name == owner);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // The next one may know.
            }
        }
        return null;
    }

    public string Logs => string.Join('\n', Nodes.Select(n => n.Log));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(n => n.DisposeAsync().AsTask()));
        _probe.Dispose();
        Store.Dispose();
        if (Lab is not null)
            await Lab.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AllReadyAsync()
    {
        foreach (StageNode node in Nodes)
            await ReadyAsync(node);
    }

    private async Task<bool> IsReadyAsync(StageNode node)
    {
        try
        {
            using HttpResponseMessage answer = await _probe.GetAsync(new Uri(node.Http, "/readyz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private StageNode Place(string name, bool isRouter)
    {
        string host = Lab is null ? "127.0.0.1" : Lab.AddressOf(name).ToString();
        int port = Lab is null ? ServerPorts.Take() : 8601, http = Lab is null ? ServerPorts.Take() : 8600;
        StageNode node = new(name, isRouter, new Uri($"http://{host}:{http}"), $"{host}:{port}", Faults, How);
        if (isRouter)
            node.Changed += LookForRouters;
        return node;
    }

    private ProcessStartInfo How(StageNode node)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "ActorBalancer.CampaignNode.dll");
        ProcessStartInfo start = Executable.Of(assembly);
        string[] address = node.Seed.Split(':');
        List<string> arguments =
        [
            "node", "--name", node.Name, "--role", node.IsRouter ? "router" : "worker", "--json", "--parent-pipe",
            "--bind", address[0], "--port", address[1], "--http-port", $"{node.Http.Port}", "--slots", $"{Slots}",
        ];
        if (_settings.Verbose)
            arguments.Add("--verbose");
        // One that comes back finds its cluster by anybody who is left of it; all of them ask in the same order.
        IEnumerable<StageNode> seeds = !node.IsRouter ? Routers : node.Starts > 0 ? Nodes : Routers.TakeWhile(r => r != node);
        foreach (StageNode seed in seeds)
            arguments.AddRange(["--seed", seed.Seed]);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (Lab is not null)
            start = Lab.On(node.Name, start);
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("ACTORBALANCER", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(inherited);
        KeyValuePair<string, string>[] late = Late is null ? [] : [new(LateOrder.Folder, Path.Combine(_folder.FullPath, LateFolder))];
        foreach ((string key, string value) in (IEnumerable<KeyValuePair<string, string>>)
        [
            new(LedgerWriter.Folder, Ledgers), new(LedgerWriter.Node, node.Name), new("ACTORBALANCER__METRICS__SLOW_START", "0s"),
            new("ACTORBALANCER__HTTP__BIND", address[0]), new("ACTORBALANCER__INSECURE", Lab is null ? "off" : "on"),
            .. node.IsRouter ? [.. Store.Settings, .. _settings.RouterSettings, .. late] : Array.Empty<KeyValuePair<string, string>>(),
        ])
            start.Environment[key] = value;
        return start;
    }

    /// <summary>While no router is there no worker can hear of one.</summary>
    private void LookForRouters()
    {
        lock (_gate)
        {
            if (Routers.Any(r => r.IsThere))
            {
                if (_withoutRouter is not null)
                    _withoutRouter.To = LedgerWriter.Now;
                _withoutRouter = null;
            }
            else
                _withoutRouter ??= Faults.Silent("routers", LedgerWriter.Now, isRouter: true);
        }
    }
}
