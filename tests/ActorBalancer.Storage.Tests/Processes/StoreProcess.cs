using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBalancer.Storage.Tests.Processes;

/// <summary>A process of StoreChild's.</summary>
internal sealed class StoreProcess : IDisposable
{
    private const int Kill = 9, Continue = 18, Stop = 19;

    private readonly Process _process;

    public StoreProcess(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ActorBalancer.StoreChild.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>The next line that it prints; null: it has ended.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Its incarnation, once it is registered.</summary>
    public async Task<long> RegisteredAsync()
    {
        string line = await ReadAsync() ?? "";
        Assert.StartsWith("registered ", line, StringComparison.Ordinal);
        return long.Parse(line["registered ".Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>The first sequence of the next commit that it was told is stored.</summary>
    public async Task<long> CommittedAsync()
    {
        string line = await ReadAsync() ?? "";
        Assert.StartsWith("Done ", line, StringComparison.Ordinal);
        return long.Parse(line["Done ".Length..], CultureInfo.InvariantCulture);
    }

    public void SigStop() => Send(Stop);

    public void SigContinue() => Send(Continue);

    public async Task SigKillAsync()
    {
        Send(Kill);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Send(Kill);
        _process.Dispose();
    }

    private void Send(int signal) => Assert.Equal(0, SysKill(_process.Id, signal));

#pragma warning disable SYSLIB1054 // Generated code would be unsafe code.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SysKill(int process, int signal);
#pragma warning restore SYSLIB1054
}
