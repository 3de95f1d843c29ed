using System.Diagnostics;
using System.Text.Json;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Benchmarks.Predict;

/// <summary>A running <c>up</c>: a router and workers as processes of their own, with a memory store and a home that nobody else looks into.</summary>
internal sealed class LocalUp : IAsyncDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("actorbalancer-predict-");
    private readonly Process _process;

    private LocalUp(int workers, int slots)
    {
        ProcessStartInfo start = Executable.Of(typeof(Executable).Assembly.Location);
        foreach (string argument in (string[])["up", "--json", "--workers", $"{workers}", "--slots", $"{slots}", "--store", "memory"])
            start.ArgumentList.Add(argument);
        start.Environment["HOME"] = _home.FullName;
        start.Environment["XDG_STATE_HOME"] = start.Environment["XDG_RUNTIME_DIR"] = "";
        start.RedirectStandardOutput = true;
        start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
    }

    public Uri Http { get; private set; } = null!;

    public static async Task<LocalUp> StartAsync(int workers, int slots)
    {
        LocalUp up = new(workers, slots);
        string? line = await up._process.StandardOutput.ReadLineAsync();
        if (line is null)
        {
            await up.DisposeAsync();
            throw new InvalidOperationException("the cluster did not start");
        }
        using var ready = JsonDocument.Parse(line);
        up.Http = new Uri(ready.RootElement.GetProperty("http").GetString()!);
        return up;
    }

    public async ValueTask DisposeAsync()
    {
        // Its nodes end with it: each holds the other end of a pipe of its.
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _home.Delete(recursive: true);
    }
}
