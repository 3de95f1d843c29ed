using System.Diagnostics;
using System.Security;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Packages;

/// <summary>
/// The packages of this checkout, packed once from what is built, and a folder whose projects find them: there, and in this machine's own
/// package folder, which has all that they need since the solution was restored. Nothing is taken from a network or left behind.
/// </summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly TemporaryFolder _folder = new();

    /// <summary>Where the packages lie.</summary>
    internal string Packages { get; private set; } = "";

    /// <summary>Where a reader begins.</summary>
    internal string Work { get; private set; } = "";

    internal static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "ActorBalancer.sln")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("The tests do not run in a checkout.");
        }
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Packages = _folder.Make("packages");
        Work = _folder.Make("work");
        string sources = string.Concat(new[] { Packages, MachinePackages }.Select((path, i) => $"<add key=\"s{i}\" value=\"{SecurityElement.Escape(path)}\" />"));
        _folder.Write("nuget.config", $"<configuration><packageSources><clear />{sources}</packageSources></configuration>");
        (int exit, string said) = await EndAsync(Shell("dotnet pack \"$ROOT/ActorBalancer.sln\" -c Release --no-build -o \"$PACKAGES\" -v quiet --nologo"));
        Assert.True(exit == 0, said);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Commands for bash, in the reader's folder; the first that fails ends them.</summary>
    internal ProcessStartInfo Shell(string commands)
    {
        string home = _folder.Make("home");
        return new("bash", ["-euo", "pipefail", "-c", commands])
        {
            WorkingDirectory = Work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ROOT"] = Root,
                ["PACKAGES"] = Packages,
                ["HOME"] = home,
                ["DOTNET_CLI_HOME"] = home,
                ["PATH"] = $"{home}/.dotnet/tools:{Environment.GetEnvironmentVariable("PATH")}",
                ["NUGET_PACKAGES"] = _folder.Make("restored"),
                // What is unpacked there already need not be again.
                ["NUGET_FALLBACK_PACKAGES"] = MachinePackages,
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
                ["DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE"] = "true",
                // No server that outlives the command and holds its output open.
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
                ["XDG_RUNTIME_DIR"] = "",
                ["XDG_STATE_HOME"] = "",
            },
        };
    }

    /// <summary>Runs to the end; what was said has the errors too.</summary>
    internal static async Task<(int Exit, string Said)> EndAsync(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        return (process.HasExited ? process.ExitCode : -1, await said + await errors);
    }

    private static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
