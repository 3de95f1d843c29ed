using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ActorBalancer.Node.Certs;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Security;

/// <summary>A cluster over mutual TLS, and those who do not belong to it.</summary>
public sealed class StrangerTests(SecureCluster cluster, ITestOutputHelper output) : IClassFixture<SecureCluster>, IDisposable
{
    private const int Many = 1_000;

    // The cluster's own, and those that tests of this class add: these come and go while others run.
    private static readonly HashSet<string> OwnWorkers = ["w1", "w2", "joined", "dies"];

    // The node's limit of connections that have not shown who they are.
    private const int MostPending = 256;

    private readonly CancellationTokenSource _deadline = new(Eventually.Deadline);

    public static TheoryData<string> Kinds => [.. Stranger.Kinds];

    public void Dispose()
    {
        _deadline.Dispose();
        output.WriteLine(cluster.Router.Log);
    }

    [Fact]
    public async Task Nodes_run_jobs_over_mutual_tls()
    {
        Assert.StartsWith("akka.ssl.tcp://actorbalancer@127.0.0.1:", (await cluster.Router.Ready).Akka, StringComparison.Ordinal);
        await cluster.RunJobsAsync(1_000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stranger_gets_no_answer_and_the_cluster_goes_on(string kind)
    {
        CertsReport foreign = cluster.MakeCerts($"foreign {kind}", "127.0.0.1");
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(foreign.Nodes[0].Certificate, foreign.Nodes[0].Key);
        Task<byte[]>[] knocks = [.. Enumerable.Range(0, 50).Select(_ => Stranger.KnockAsync(kind, cluster.Port, certificate, _deadline.Token))];
        await cluster.RunJobsAsync();
        Assert.All(await Task.WhenAll(knocks), Assert.Empty);
        string[] workers = await cluster.WorkersAsync();
        Assert.Superset(new HashSet<string>(["w1", "w2"]), workers.ToHashSet());
        Assert.Subset(OwnWorkers, workers.ToHashSet());
        await cluster.RunJobsAsync();
        Assert.False(cluster.Router.HasExited);
    }

    [Fact]
    public async Task Many_half_open_connections_are_bounded_and_a_node_joins_meanwhile()
    {
        long files = OpenFiles(), memory = Resident();
        Socket[] strangers = [.. Enumerable.Range(0, Many).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        try
        {
            foreach (Socket stranger in strangers)
                await stranger.ConnectAsync(new IPEndPoint(IPAddress.Loopback, cluster.Port), _deadline.Token);
            await Eventually.IsTrue(() => OpenFiles() <= files + MostPending + 50, "all but the newest of them are dropped");
            await cluster.RunJobsAsync();
            ChildNode joined = await cluster.AddWorkerAsync("joined");

            // 40 KiB for each that is kept; the rest is the garbage of those that were dropped.
            output.WriteLine($"{Many} connections: {(Resident() - memory) >> 20} MiB more, {OpenFiles() - files} files more");
            Assert.InRange(Resident() - memory, long.MinValue, 512 << 20);

            // Those that are left end by themselves.
            byte[] none = new byte[1];
            foreach (Socket stranger in strangers)
                Assert.Equal(0, await ReadAsync(stranger, none));
        }
        finally
        {
            foreach (Socket stranger in strangers)
                stranger.Dispose();
        }
        await Eventually.IsTrue(() => OpenFiles() <= files + 50, "all of them are closed");
    }

    [Fact]
    public async Task Node_with_a_certificate_of_another_ca_does_not_join()
    {
        CertsReport foreign = cluster.MakeCerts("foreign node", "127.0.0.1");
        ChildNode stranger = cluster.StartWorker("stranger", foreign);
        await Eventually.IsTrue(
            () => stranger.Log.Contains("the CA of remoting.tls.ca did not issue it", StringComparison.Ordinal), "the stranger says why");
        await cluster.RunJobsAsync();
        Assert.DoesNotContain("stranger", await cluster.WorkersAsync());
        Assert.False(stranger.Ready.IsCompletedSuccessfully);
        stranger.Kill();
    }

    [Fact]
    public async Task Node_that_answers_under_a_name_its_certificate_lacks_is_not_believed()
    {
        ChildNode worker = cluster.StartWorker("by-name", cluster.Certs, seed: $"localhost:{cluster.Port}");
        await Eventually.IsTrue(
            () => worker.Log.Contains("its certificate does not name the host localhost", StringComparison.Ordinal), "the worker says why");
        Assert.False(worker.Ready.IsCompletedSuccessfully);
        worker.Kill();
    }

    [Fact]
    public async Task Stranger_who_takes_the_port_of_a_dead_node_stops_nobody()
    {
        ChildNode dies = await cluster.AddWorkerAsync("dies");
        int port = int.Parse((await dies.Ready).Seed.Split(':')[1], CultureInfo.InvariantCulture);
        dies.Kill();
        await dies.WaitForExitAsync(_deadline.Token);
        using TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();

        // The others call the node that they knew, and get an answer that is no TLS.
        string failed = $"No connection to ssl.tcp://actorbalancer@127.0.0.1:{port}: the TLS handshake failed";
        while (!cluster.Router.Log.Contains(failed, StringComparison.Ordinal))
        {
            using TcpClient caller = await listener.AcceptTcpClientAsync(_deadline.Token);
            await caller.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), _deadline.Token);
        }
        await cluster.RunJobsAsync();
        Assert.False(cluster.Router.HasExited);
    }

    private async Task<int> ReadAsync(Socket stranger, byte[] buffer)
    {
        try
        {
            return await stranger.ReceiveAsync(buffer, _deadline.Token);
        }
        catch (SocketException)
        {
            // Reset, which is an end too.
            return 0;
        }
    }

    private long OpenFiles() => Directory.EnumerateFileSystemEntries($"/proc/{cluster.Router.Pid}/fd").LongCount();

    private long Resident()
    {
        string line = File.ReadLines($"/proc/{cluster.Router.Pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1_024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
