using System.Diagnostics;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>A file; on a small disk of its own where the run wants to fill it.</summary>
internal sealed class SqliteStage : StageStore
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _isMounted;

    /// <param name="megabytes">The size of its disk; null: that of the temporary folder. Takes root.</param>
    public SqliteStage(int? megabytes)
    {
        if (megabytes is null)
            return;
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _folder.FullPath);
        _isMounted = true;
    }

    public override string Name => "sqlite";

    public override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("ACTORBALANCER__STORE", "sqlite"), new("ACTORBALANCER__SQLITE__FILE", Path.Combine(_folder.FullPath, "jobs.db"))];

    private string Ballast => Path.Combine(_folder.FullPath, "ballast");

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        byte[] block = new byte[64 << 10];
        using FileStream file = new(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // That was the last free page.
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public override void Dispose()
    {
        if (_isMounted)
            Run("umount", _folder.FullPath);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
