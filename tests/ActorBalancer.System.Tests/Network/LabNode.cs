using System.Diagnostics;
using ActorBalancer.Node.Certs;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.SystemTests.Network;

/// <summary>A node on a host of the lab, over mutual TLS and HTTPS, under the host's name. It ends with this process.</summary>
internal sealed class LabNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];

    public LabNode(NetworkLab lab, string host, CertsReport certs, params string[] arguments)
    {
        Host = host;
        string name = NetworkLab.NameOf(host);
        NodeFiles own = certs.Nodes.Single(n => n.Host == name);
        ProcessStartInfo start = lab.On(host, Executable.Of(typeof(Executable).Assembly.Location));
        foreach (string argument in (string[])["node", "--name", host, "--bind", name, "--port", "8601", "--http-port", "8600", "--json", "--parent-pipe", .. arguments])
            start.ArgumentList.Add(argument);
        foreach ((string key, string value) in (IEnumerable<(string, string)>)
        [
            ("REMOTING__TLS__CERTIFICATE", own.Certificate), ("REMOTING__TLS__KEY", own.Key), ("REMOTING__TLS__CA", certs.Ca),
            ("HTTP__BIND", name), ("HTTP__TLS__CERTIFICATE", own.Certificate), ("HTTP__TLS__KEY", own.Key),
            ("METRICS__SLOW_START", "0s"), ("ROUTER__SILENCE_REQUEUE", "20s"), ("WORKER__CONTACT_LEASE", "15s"),
        ])
            start.Environment[$"ACTORBALANCER__{key}"] = value;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => OnOutput(e.Data);
        _process.ErrorDataReceived += (_, e) => OnError(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Host { get; }

    /// <summary>It said that it is a member.</summary>
    public Task Ready => _ready.Task;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>SIGKILL. The process is the node itself: ip turned into it.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void OnOutput(string? line)
    {
        if (line?.Contains("\"ready\"", StringComparison.Ordinal) == true)
            _ready.TrySetResult();
    }

    private void OnError(string? line)
    {
        lock (_log)
            _log.Add(line ?? "");
    }
}
