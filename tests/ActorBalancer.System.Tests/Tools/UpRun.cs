using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

/// <summary>A running <c>up</c> and the home that it has to itself, so that its tools find no other's cluster.</summary>
internal sealed class UpRun : IAsyncDisposable
{
    private readonly string _home;
    private readonly bool _ownsHome;
    private readonly CommandRun _command;

    private UpRun(string? home, KeyValuePair<string, string>[] settings, string[] arguments)
    {
        _ownsHome = home is null;
        _home = home ?? Directory.CreateTempSubdirectory().FullName;
        _command = CommandRun.Start([.. HomeOf(_home), new(StoreOfTests.Variable, "sqlite"), new("ACTORBALANCER__SQLITE__FILE", Path.Combine(_home, "jobs.db")), .. settings], ["up", "--json", .. arguments]);
    }

    public int Pid => _command.Pid;

    /// <summary>Its first line.</summary>
    public JsonElement Ready { get; private set; }

    public string Http => Ready.GetProperty("http").GetString()!;

    public Task<string> Error => _command.Error;

    /// <summary>For the tools of the same user.</summary>
    public KeyValuePair<string, string>[] Environment => HomeOf(_home);

    /// <summary>Where it leaves word.</summary>
    public string StateFolder => Path.Combine(_home, ".local", "state", "actorbalancer");

    public static Task<UpRun> StartAsync(params string[] arguments) => StartAsync(null, [], arguments);

    /// <param name="home">An existing home; null: one of its own.</param>
    /// <param name="settings">Further environment.</param>
    /// <param name="arguments">What follows <c>up --json</c>.</param>
    public static async Task<UpRun> StartAsync(string? home, KeyValuePair<string, string>[] settings, params string[] arguments)
    {
        UpRun up = new(home, settings, arguments);
        string? line = await up._command.FirstLineAsync().WaitAsync(2 * Eventually.Deadline);
        Assert.True(line is not null, $"up ended: {(line is null ? await up.Error : "")}");
        up.Ready = JsonDocument.Parse(line!).RootElement.Clone();
        return up;
    }

    /// <summary>Another home than that of whoever runs the tests; no other folder of theirs is looked into.</summary>
    public static KeyValuePair<string, string>[] HomeOf(string folder) => [new("HOME", folder), new("XDG_RUNTIME_DIR", ""), new("XDG_STATE_HOME", "")];

    public Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.RunAsync(Environment, "", arguments);

    public int PidOf(string node) => NodeOf(node).GetProperty("pid").GetInt32();

    public JsonElement NodeOf(string node) => Ready.GetProperty("nodes").EnumerateArray().Single(n => n.GetProperty("name").GetString() == node);

    public Task<int> ExitAsync() => _command.ExitAsync();

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        if (_ownsHome)
            Directory.Delete(_home, recursive: true);
    }
}
