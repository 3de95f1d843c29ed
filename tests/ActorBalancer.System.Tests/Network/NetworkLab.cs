using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Network;

/// <summary>
/// Hosts that share a kernel and no network: each a namespace with a cable to one bridge, an address and a name of its own, and
/// no loopback. Linux, as root. Everything has a name of this run and is taken away at the end.
/// </summary>
internal sealed class NetworkLab : IAsyncDisposable
{
    private const string Domain = "lab";

    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
    private readonly List<string> _hosts = [];
    private readonly string _net = string.Create(CultureInfo.InvariantCulture, $"198.18.{RandomNumberGenerator.GetInt32(1, 255)}");

    private NetworkLab()
    {
    }

    /// <summary>Why there can be no such network here; null: there can.</summary>
    public static async Task<string?> ObstacleAsync()
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces are Linux's own";
        if (Environment.UserName != "root")
            return "making network namespaces takes root";
        string probe = $"abprobe{Environment.ProcessId}";
        try
        {
            await IpAsync("netns", "add", probe);
            await IpAsync("netns", "del", probe);
            return null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return $"this machine makes no network namespaces: {e.Message}";
        }
    }

    public static async Task<NetworkLab> CreateAsync(params string[] hosts)
    {
        NetworkLab lab = new();
        try
        {
            await IpAsync("link", "add", lab.Bridge, "type", "bridge");
            await IpAsync("address", "add", $"{lab._net}.1/24", "dev", lab.Bridge);
            await IpAsync("link", "set", lab.Bridge, "up");
            foreach (string host in hosts)
                await lab.AddAsync(host);
            foreach (string host in hosts)
                lab.WriteNames(host);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    private string Bridge => $"ab{_run}";

    /// <summary>The full name, as the other hosts know it and no one outside.</summary>
    public static string NameOf(string host) => $"{host}.{Domain}";

    /// <summary>This machine's own address in the lab.</summary>
    public IPAddress Outside => IPAddress.Parse($"{_net}.1");

    public IPAddress AddressOf(string host) => IPAddress.Parse($"{_net}.{_hosts.IndexOf(host) + 2}");

    /// <summary>Starts a program on a host.</summary>
    public ProcessStartInfo On(string host, ProcessStartInfo program)
    {
        ProcessStartInfo start = new("ip", ["netns", "exec", Space(host), program.FileName, .. program.ArgumentList]) { UseShellExecute = false };
        return start;
    }

    /// <summary>Pulls the cable: frames vanish, and nobody is told.</summary>
    public Task CutAsync(string host) => IpAsync("link", "set", Cable(host), "down");

    public Task HealAsync(string host) => IpAsync("link", "set", Cable(host), "up");

    /// <summary>What one host sends to another vanishes; the other way goes on. An address of nobody stands where the other's was.</summary>
    public Task DeafenAsync(string from, IPAddress to) =>
        IpAsync("-n", Space(from), "neighbour", "replace", $"{to}", "lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "permanent");

    /// <summary>Ends <see cref="DeafenAsync"/>.</summary>
    public Task HearAsync(string from, IPAddress to) => IpAsync("-n", Space(from), "neighbour", "del", $"{to}", "dev", "eth0");

    public async ValueTask DisposeAsync()
    {
        List<Exception> faults = [];
        foreach (string host in _hosts)
        {
            // Takes the cable along.
            await TryAsync(faults, () => IpAsync("netns", "del", Space(host)));
            if (Directory.Exists(Folder(host)))
                Directory.Delete(Folder(host), recursive: true);
        }
        await TryAsync(faults, () => IpAsync("link", "del", Bridge));
        if (faults.Count > 0)
            throw new AggregateException("The network was not taken away entirely.", faults);
    }

    private async Task AddAsync(string host)
    {
        await IpAsync("netns", "add", Space(host));
        _hosts.Add(host);
        await IpAsync("link", "add", Cable(host), "type", "veth", "peer", "name", "eth0", "netns", Space(host));
        await IpAsync("link", "set", Cable(host), "master", Bridge);
        await IpAsync("link", "set", Cable(host), "up");
        await IpAsync("-n", Space(host), "address", "add", $"{AddressOf(host)}/24", "dev", "eth0");
        await IpAsync("-n", Space(host), "link", "set", "eth0", "up");
    }

    /// <summary>ip lays this file over /etc/hosts for what it starts in the namespace.</summary>
    private void WriteNames(string host)
    {
        Directory.CreateDirectory(Folder(host));
        File.WriteAllLines(Path.Combine(Folder(host), "hosts"), _hosts.Select(h => $"{AddressOf(h)} {NameOf(h)}"));
    }

    private string Space(string host) => $"ab-{_run}-{host}";

    private string Cable(string host) => $"ab{_run}{_hosts.IndexOf(host) + 2}";

    private string Folder(string host) => Path.Combine("/etc/netns", Space(host));

    private static async Task TryAsync(List<Exception> faults, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (InvalidOperationException e)
        {
            faults.Add(e);
        }
    }

    private static async Task IpAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("ip", arguments) { RedirectStandardError = true, UseShellExecute = false };
        using Process ip = Process.Start(start)!;
        string error = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        if (ip.ExitCode != 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
    }
}
