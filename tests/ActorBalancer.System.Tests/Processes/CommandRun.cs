using System.Diagnostics;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.SystemTests.Processes;

/// <summary>The executable, run as a user would.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<string?> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CommandRun(KeyValuePair<string, string>[] environment, string[] arguments)
    {
        ProcessStartInfo start = Executable.Of(typeof(Executable).Assembly.Location);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        Output = ReadOutputAsync();
        Error = _process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public Task<string> Output { get; }

    public Task<string> Error { get; }

    public static CommandRun Start(params string[] arguments) => new([], arguments);

    /// <param name="environment">Added to this process's own.</param>
    /// <param name="arguments">What follows the executable.</param>
    public static CommandRun Start(KeyValuePair<string, string>[] environment, params string[] arguments) => new(environment, arguments);

    /// <summary>The first line of the output as soon as it is there; null if there is none.</summary>
    public Task<string?> FirstLineAsync() => _firstLine.Task;

    /// <summary>The exit code; 128 + n when signal n ended it.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        return _process.ExitCode;
    }

    private async Task<string> ReadOutputAsync()
    {
        string? first = await _process.StandardOutput.ReadLineAsync();
        _firstLine.TrySetResult(first);
        return first is null ? "" : first + "\n" + await _process.StandardOutput.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
