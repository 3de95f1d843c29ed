using System.Diagnostics;
using System.Text.Json;
using ActorBalancer.Hosting;

namespace ActorBalancer.Node.Processes;

/// <summary>
/// A node in a process of its own, child of this one. It cannot outlive this process: it holds the reading end of a pipe
/// whose only writing end is here.
/// </summary>
internal sealed class ChildNode : IAsyncDisposable
{
    private const int KeptLines = 200;

    private readonly Process _process;
    private readonly TaskCompletionSource<ReadyLine> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _log = new();
    private readonly Lock _gate = new();

    private ChildNode(ProcessStartInfo start, string name)
    {
        Name = name;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => OnOutput(e.Data);
        _process.ErrorDataReceived += (_, e) => OnError(e.Data);
        _process.Exited += (_, _) => _ = EndAsync();
        _process.Start();
        Pid = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Each line of its standard error as it comes, on another thread.</summary>
    public event Action<string>? Said;

    public string Name { get; }

    public int Pid { get; }

    /// <summary>Its first line; fails if it ends before that.</summary>
    public Task<ReadyLine> Ready => _ready.Task;

    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended; 128 + n when signal n ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The newest lines of its standard error.</summary>
    public string Log
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Starts the executable that this assembly belongs to.</summary>
    public static ChildNode Start(string name, IEnumerable<string> arguments) =>
        Start(name, typeof(ChildNode).Assembly.Location, arguments, []);

    /// <param name="name">The node's name.</param>
    /// <param name="assembly">The executable's assembly; its host is the one that runs this process.</param>
    /// <param name="arguments">What follows <c>node --name NAME</c>.</param>
    /// <param name="environment">Added to this process's own without its settings of a node, which are meant for other nodes than this child.</param>
    public static ChildNode Start(
        string name, string assembly, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        ProcessStartInfo start = Executable.Of(assembly);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (string argument in (IEnumerable<string>)["node", "--name", name, "--json", "--parent-pipe", .. arguments])
            start.ArgumentList.Add(argument);
        if (!start.ArgumentList.Contains("--http-port"))
        {
            // Children stand beside each other, and beside nodes that are none of ours: they cannot share the default port.
            start.ArgumentList.Add("--http-port");
            start.ArgumentList.Add("0");
        }
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith(EnvironmentNames.Prefix, StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(inherited);
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        return new ChildNode(start, name);
    }

    /// <summary>Asks it to stop as SIGTERM would, on every system: it hears a byte over the pipe.</summary>
    public void Stop()
    {
        try
        {
            _process.StandardInput.BaseStream.WriteByte(0);
            _process.StandardInput.BaseStream.Flush();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellation = default) => _process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _ = _ready.Task.Exception;
        _process.Dispose();
    }

    /// <summary>Its last words may come after its end.</summary>
    private async Task EndAsync()
    {
        await _process.WaitForExitAsync();
        _ready.TrySetException(new ChildNodeException($"{Name} ended before it was ready.", Log));
    }

    private void OnOutput(string? line)
    {
        if (line is null || _ready.Task.IsCompleted)
            return;
        try
        {
            if (JsonSerializer.Deserialize(line, NodeJson.Default.ReadyLine) is { Event: "ready" } ready)
                _ready.TrySetResult(ready);
        }
        catch (JsonException)
        {
            OnError(line);
        }
    }

    private void OnError(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            _log.Enqueue(line);
            if (_log.Count > KeptLines)
                _log.Dequeue();
        }
        Said?.Invoke(line);
    }
}
