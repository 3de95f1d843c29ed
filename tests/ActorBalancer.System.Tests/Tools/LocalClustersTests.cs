using System.Text.Json;
using ActorBalancer.Node;
using ActorBalancer.Node.Processes;
using ActorBalancer.Node.Up;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

public sealed class LocalClustersTests
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Theory]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    [InlineData(Own, true)]
    [InlineData(Own | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute, false)]
    [InlineData(Own | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute, false)]
    public async Task Word_counts_only_where_nobody_else_can_leave_it(UnixFileMode mode, bool counts)
    {
        string home = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string folder = Directory.CreateDirectory(Path.Combine(home, ".local", "state", "actorbalancer")).FullName;
            File.SetUnixFileMode(folder, mode);
            LocalCluster cluster = new(Environment.ProcessId, CurrentProcess.StartOf(Environment.ProcessId)!.Value, DateTimeOffset.UnixEpoch, "http://127.0.0.1:1", "127.0.0.1:1");
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"up-{cluster.Pid}.json"), JsonSerializer.Serialize(cluster, NodeJson.Default.LocalCluster));
            ToolRun asked = await ToolRun.RunAsync(UpRun.HomeOf(home), "", "queue", "list");
            Assert.Equal(counts, asked.Error.Contains("said that it is there", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
