using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Readme;

/// <summary>
/// Does what the README says, as a newcomer under bad conditions: in a clone whose path has a space, with an empty HOME, the
/// default ports taken, and a terminal that can do nothing.
/// </summary>
public sealed class ReadmeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Commands_of_the_readme_work_as_they_stand_there()
    {
        IReadOnlyList<ReadmeBlock> blocks = ReadmeBlock.Of(Path.Combine(Root, "README.md"));
        Assert.Contains(blocks, b => b.IsTerminal);
        using TemporaryFolder folder = new();
        string clone = folder.Make("a clone of it");
        string home = folder.Make("home");
        string logs = folder.Make("logs");
        await RunAsync("git", ["-C", Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], files =>
        {
            foreach (string file in files.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Root, f))))
            {
                string target = Path.Combine(clone, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(Root, file), target);
            }
        });
        string script = folder.Write("readme.sh", ReadmeScript.Of(blocks));

        // Taken by us or by somebody else: either way they are taken.
        using Socket http = Take(8600);
        using Socket remoting = Take(8601);
        ProcessStartInfo bash = new("bash", [script])
        {
            WorkingDirectory = clone,
            Environment =
            {
                ["HOME"] = home,
                ["XDG_RUNTIME_DIR"] = "",
                ["XDG_STATE_HOME"] = "",
                ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
                ["TERM"] = "dumb",
                ["COLUMNS"] = "80",
                ["LOGS"] = logs,
            },
        };
        (int exit, string said, string errors) = await EndAsync(bash);
        output.WriteLine(said);
        output.WriteLine(errors);
        foreach (string log in Directory.EnumerateFiles(logs))
            output.WriteLine($"--- terminal of line {Path.GetFileName(log)}:\n{await File.ReadAllTextAsync(log)}");
        Assert.True(exit == 0, errors);
        Assert.DoesNotContain('\u001b', said);
        Assert.True(File.Exists(Path.Combine(clone, "README.md")));
    }

    private static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "ActorBalancer.sln")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("The tests do not run in a checkout.");
        }
    }

    private static async Task RunAsync(string program, string[] arguments, Action<string> read)
    {
        (int exit, string said, string errors) = await EndAsync(new ProcessStartInfo(program, arguments));
        Assert.True(exit == 0, errors);
        read(said);
    }

    private static async Task<(int Exit, string Output, string Errors)> EndAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        return (process.HasExited ? process.ExitCode : -1, await said, await errors);
    }

    private static Socket Take(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Close();
        }
        return socket;
    }
}
