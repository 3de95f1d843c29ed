using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ActorBalancer.SystemTests.Http;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Store;

public sealed class SqliteTroubleTests
{
    [SkippableFact]
    public async Task Full_disk_is_an_answer_and_all_goes_on_when_there_is_room()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "a small disk takes root to mount");
        using TemporaryFolder folder = new();
        string disk = folder.Make("disk");
        Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk);
        try
        {
            await using HttpNode node = await StoreNode.StartAsync(Path.Combine(disk, "jobs.db"));
            string accepted = await node.AcceptAsync("""{"kind":"echo","payload":"before"}""");
            string ballast = Path.Combine(disk, "ballast");
            using (FileStream file = new(ballast, FileMode.CreateNew))
                Fill(file);
            await node.IsInTroubleAsync("store_full");
            File.Delete(ballast);
            await node.IsWellAgainAsync();
            // Its outcome may have had to wait for room.
            await node.ResultAsync(accepted);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [SkippableFact]
    public async Task Disk_that_cannot_be_written_at_the_start_is_waited_for()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "a read-only disk takes root to mount");
        using TemporaryFolder folder = new();
        string disk = folder.Make("disk");
        Run("mount", "-t", "tmpfs", "-o", "size=64m,ro", "tmpfs", disk);
        try
        {
            await using CommandRun node = CommandRun.Start(
                [new(StoreOfTests.Variable, "sqlite"), new("ACTORBALANCER__SQLITE__FILE", Path.Combine(disk, "jobs.db"))],
                "node", "--port", "0", "--http-port", "0", "--json");
            string ready = (await node.FirstLineAsync().WaitAsync(Eventually.Deadline))!;
            using HttpClient http = new() { BaseAddress = new Uri(JsonDocument.Parse(ready).RootElement.GetProperty("http").GetString()!) };
            Assert.Equal(200, await StatusAsync(http, "/healthz"));
            Assert.Equal(503, await StatusAsync(http, "/readyz"));
            using StringContent job = new("""{"kind":"echo","payload":0}""", Encoding.UTF8, "application/json");
            HttpResponseMessage refused = await http.PostAsync(new Uri("/v1/jobs", UriKind.Relative), job);
            Assert.Equal(503, (int)refused.StatusCode);
            Assert.Contains("store_unavailable", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Run("mount", "-o", "remount,rw", disk);
            await Eventually.IsTrue(async () => await StatusAsync(http, "/readyz") == 200, "the node is ready");
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static async Task<int> StatusAsync(HttpClient http, string path) => (int)(await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode;

    private static void Fill(FileStream file)
    {
        byte[] block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // That was the last free block.
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
