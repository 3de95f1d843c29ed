using System.Text.RegularExpressions;
using ActorBalancer.Hosting;
using ActorBalancer.Node;
using ActorBalancer.Node.Certs;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>The units and the configuration files beside them: their command lines are really started.</summary>
public sealed partial class SystemdTests : IDisposable
{
    private const string Settings = "/etc/actorbalancer";
    private const string State = "/var/lib/actorbalancer";
    private const string Program = "/opt/actorbalancer/actorbalancer";

    private readonly string _folder = Directory.CreateTempSubdirectory("units").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Units_start_a_router_and_a_worker_over_mutual_tls_from_their_files()
    {
        new CertsFolder(Path.Combine(_folder, "tls"), TimeProvider.System).Make(["localhost"], 1, force: false);
        using DeployedProgram router = Start("router", seed: "");
        string address = await ReadyAsync(router);
        Assert.StartsWith("akka.ssl.tcp://actorbalancer@localhost:", address, StringComparison.Ordinal);
        using DeployedProgram worker = Start("worker", seed: address.Split('@')[1]);
        Assert.StartsWith("akka.ssl.tcp://actorbalancer@localhost:", await ReadyAsync(worker), StringComparison.Ordinal);
        foreach (DeployedProgram node in new[] { worker, router })
        {
            Signals.Send(node.Pid, Signals.Terminate);
            Assert.Equal(0, await node.ExitAsync());
        }
    }

    [Theory]
    [InlineData("router")]
    [InlineData("worker")]
    public void Unit_restarts_what_wants_to_be_restarted_and_gives_it_time_to_drain(string role)
    {
        IReadOnlyDictionary<string, string> unit = Unit(role);
        Assert.Equal("always", unit["Restart"]);
        Assert.Equal($"{ExitCode.Downed}", unit["RestartForceExitStatus"]);
        Assert.Equal($"{ExitCode.Usage}", unit["RestartPreventExitStatus"]);
        TimeSpan drain = BalancerConfiguration.LoadFile(DeployFolder.At($"systemd/{role}.conf"), new ConfigurationSources { Role = role }).Options.Worker.Drain;
        Assert.InRange(int.Parse(unit["TimeoutStopSec"], System.Globalization.CultureInfo.InvariantCulture), drain.TotalSeconds + 10, drain.TotalSeconds + 60);

        Assert.Equal(role == "router" ? Path.GetFileName(State) : null, unit.GetValueOrDefault("StateDirectory"));
        if (role == "router")
            Assert.StartsWith($"{State}/", BalancerConfiguration.LoadFile(DeployFolder.At("systemd/router.conf"), new ConfigurationSources { Role = role }).Options.Sqlite.File, StringComparison.Ordinal);

        // The runtime makes code as it goes.
        Assert.DoesNotContain("MemoryDenyWriteExecute", unit.Keys);
    }

    [SkippableTheory]
    [InlineData("router")]
    [InlineData("worker")]
    public async Task Systemd_finds_no_fault_in_the_unit(string role)
    {
        string? systemd = Environment.GetEnvironmentVariable("PATH")?.Split(':').Select(p => Path.Combine(p, "systemd-analyze")).FirstOrDefault(File.Exists);
        Skip.If(systemd is null, "systemd-analyze is not on this machine");
        string copy = Path.Combine(_folder, $"actorbalancer-{role}.service");

        // It also looks whether the program is there.
        await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(UnitFile(role))).Replace(Program, "/bin/true", StringComparison.Ordinal));
        using DeployedProgram verify = DeployPrograms.Start(systemd, ["verify", "--man=no", copy]);
        int code = await verify.ExitAsync();
        Assert.True(code == 0 && verify.Said.Trim().Length == 0, verify.Said);
    }

    private DeployedProgram Start(string role, string seed)
    {
        string[] command = Unit(role)["ExecStart"].Split(' ');
        Assert.Equal(Program, command[0]);

        // The file as it is, but for the names of machines, the place of the certificates, and ports that may be taken here.
        string text = File.ReadAllText(DeployFolder.At($"systemd/{role}.conf"));
        text = Machine().Replace(text, "localhost").Replace(Settings, _folder, StringComparison.Ordinal)
            .Replace(State, _folder, StringComparison.Ordinal)
            .Replace("bind = \"0.0.0.0\"", "bind = \"127.0.0.1\"", StringComparison.Ordinal)
            .Replace("localhost:8601", seed, StringComparison.Ordinal);
        text = Port().Replace(text, "port = 0");
        string file = Path.Combine(_folder, $"{role}.conf");
        File.WriteAllText(file, text);
        string[] arguments = [.. command[1..].Select(a => a.Replace(Settings, _folder, StringComparison.Ordinal))];
        Assert.Contains(file, arguments);
        // What the files say, and not what these tests' own nodes keep to.
        return DeployPrograms.Start(DeployPrograms.Binary, arguments, new KeyValuePair<string, string>(StoreOfTests.Variable, "sqlite"));
    }

    private static async Task<string> ReadyAsync(DeployedProgram node)
    {
        await Eventually.IsTrue(() => node.HasExited || node.Said.Contains(" is ready at ", StringComparison.Ordinal), "the node is ready");
        Match ready = Ready().Match(node.Said);
        Assert.True(ready.Success, node.Said);
        return ready.Groups[1].Value;
    }

    private static Dictionary<string, string> Unit(string role) => File.ReadLines(UnitFile(role))
        .Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#'))
        .Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);

    private static string UnitFile(string role) => DeployFolder.At($"systemd/actorbalancer-{role}.service");

    [GeneratedRegex(@"\b(router|worker)\.example\b")]
    private static partial Regex Machine();

    [GeneratedRegex(@"port = \d+")]
    private static partial Regex Port();

    [GeneratedRegex(@" is ready at ([^\s,]+)")]
    private static partial Regex Ready();
}
