using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>graphile-worker in a process of Node.js's, with its settings or tuned; another process adds the jobs in arrays.</summary>
internal sealed class GraphilePeer(PostgresServer server, string folder, bool tuned) : IPeer
{
    private const string Script = "graphile.js";
    private const string Package = "graphile-worker@0.17";

    private readonly string _connection = $"postgres://postgres@127.0.0.1:{server.Port}/postgres";
    private Process? _runner;
    private Task _reading = Task.CompletedTask;
    private volatile Tuple<int, uint> _done = new(0, 0);

    public (int Jobs, uint Sum) Done => (_done.Item1, _done.Item2);

    /// <summary>Installs it from npm into the folder. Null, or why it cannot be used.</summary>
    public static async Task<string?> InstallAsync(string folder)
    {
        using (Stream script = typeof(GraphilePeer).Assembly.GetManifestResourceStream(Script)!)
        await using (FileStream file = File.Create(Path.Combine(folder, Script)))
            await script.CopyToAsync(file);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{"private":true}""");
        try
        {
            using Process npm = Start(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", Package);
            string said = await npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0 ? null : $"npm could not install {Package}: {said}";
        }
        catch (Win32Exception)
        {
            return "there is no npm on this machine; install Node.js";
        }
    }

    public async Task AddAsync(int jobs)
    {
        using Process adding = Start(folder, "node", Script, "add", _connection, jobs.ToString(CultureInfo.InvariantCulture));
        string said = await adding.StandardOutput.ReadToEndAsync();
        await adding.WaitForExitAsync();
        if (adding.ExitCode != 0)
            throw new InvalidOperationException($"jobs could not be added: {said}");
    }

    public async Task StartAsync()
    {
        _done = new(0, 0);
        _runner = Start(folder, "node", Script, "run", _connection, tuned ? "tuned" : "default");
        if (await _runner.StandardOutput.ReadLineAsync() is null)
            throw new InvalidOperationException("it ended at once");
        _reading = ReadAsync(_runner.StandardOutput);
    }

    public async Task StopAsync()
    {
        if (_runner is null)
            return;
        _runner.StandardInput.Close();
        await _runner.WaitForExitAsync();
        await _reading;
        _runner.Dispose();
        _runner = null;
    }

    public long Left() => server.Number("SELECT count(*) FROM graphile_worker._private_jobs");

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            string[] numbers = line.Split(' ');
            _done = new(int.Parse(numbers[0], CultureInfo.InvariantCulture), uint.Parse(numbers[1], CultureInfo.InvariantCulture));
        }
    }

    // What goes wrong in it stands on our standard error.
    private static Process Start(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start)!;
    }
}
