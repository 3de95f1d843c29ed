using System.Diagnostics;
using ActorBalancer.SystemTests.Packages;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Samples;

/// <summary>An application of <c>tests/samples</c>, run as it was built with the tests.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _read;

    private SampleProcess(Process process)
    {
        _process = process;
        _read = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public static string Folder { get; } = Path.Combine(PackedPackages.Root, "tests", "samples");

    /// <summary>What it has said on both outputs.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <param name="name">Of the project.</param>
    /// <param name="work">Where it starts, and leaves its files.</param>
    /// <param name="arguments">Its own.</param>
    public static SampleProcess Start(string name, string work, params string[] arguments)
    {
        // bin/CONFIGURATION/FRAMEWORK, as this test's own.
        string framework = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string output = Path.Combine(Path.GetFileName(Path.GetDirectoryName(framework)!), Path.GetFileName(framework));
        ProcessStartInfo start = new("dotnet", [Path.Combine(Folder, name, "bin", output, name + ".dll"), .. arguments])
        {
            WorkingDirectory = work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>What stands behind that text in the line that has it first.</summary>
    public async Task<string> AfterAsync(string text)
    {
        string? line = null;
        await Eventually.IsTrue(
            () =>
            {
                line = Array.Find(Lines, l => l.Contains(text, StringComparison.Ordinal));
                Assert.True(line is not null || !_process.HasExited, string.Join('\n', Lines));
                return line is not null;
            },
            $"the sample says '{text}'");
        return line![(line!.IndexOf(text, StringComparison.Ordinal) + text.Length)..];
    }

    /// <summary>Asks it to stop, as a supervisor does.</summary>
    public void Terminate() => Signals.Send(_process.Id, Signals.Terminate);

    /// <summary>Its exit code, when all that it said is read.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        await _read.WaitAsync(Eventually.Deadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
                _lines.Add(line);
        }
    }
}
