using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorBalancer.Cluster.Membership;

namespace ActorBalancer.Cluster.Tests.Membership;

public sealed class LifePortTests
{
    private const string Here = "127.0.0.1";

    // Only a broken life port makes a test wait this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_answers_its_own_incarnation()
    {
        LifePort port = LifePort.Open(Here, 1_700_000_000_000);
        Assert.Equal(LifeState.Alive, (await LifePort.Probe(Here, port.Port, 1_700_000_000_000, Patience)).State);
        Assert.Equal(LifeState.Alive, (await LifePort.Probe("localhost", port.Port, 1_700_000_000_000, Patience)).State);
    }

    [Fact]
    public async Task Another_incarnation_proves_that_the_process_was_replaced()
    {
        LifePort port = LifePort.Open(Here, 17);
        Assert.Equal(new LifeAnswer(LifeState.Replaced, "answered incarnation 17"), await LifePort.Probe(Here, port.Port, 1, Patience));
        Assert.Equal(LifeState.Replaced, (await LifePort.Probe(Here, port.Port, 7, Patience)).State);
    }

    [Fact]
    public async Task A_process_answers_for_every_incarnation_it_took()
    {
        LifePort port = LifePort.Open(Here, 17);
        port.AddIncarnation(23);
        port.AddIncarnation(23);
        Assert.Equal(LifeState.Alive, (await LifePort.Probe(Here, port.Port, 17, Patience)).State);
        Assert.Equal(LifeState.Alive, (await LifePort.Probe(Here, port.Port, 23, Patience)).State);

        for (int i = 0; i < 100; i++) port.AddIncarnation(long.MaxValue - i);
        Assert.Equal(LifeState.Alive, (await LifePort.Probe(Here, port.Port, long.MaxValue - 99, Patience)).State);
    }

    [Fact]
    public async Task A_refused_connection_is_evidence()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        Assert.Equal(new LifeAnswer(LifeState.Refused, "connection refused"), await LifePort.Probe(Here, port, 1, Patience));
    }

    [Fact]
    public async Task A_process_that_accepts_and_says_nothing_is_silent()
    {
        using TcpListener stopped = new(IPAddress.Loopback, 0);
        stopped.Start();
        LifeAnswer answer = await LifePort.Probe(
            Here, ((IPEndPoint)stopped.LocalEndpoint).Port, 1, TimeSpan.FromMilliseconds(20));
        Assert.Equal(LifeState.Silent, answer.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("17\n")]
    [InlineData("actorbalancer\n")]
    [InlineData("actorbalancer 1")]
    public async Task What_a_stranger_answers_proves_nothing(string line)
    {
        using TcpListener stranger = new(IPAddress.Loopback, 0);
        stranger.Start();
        Task<LifeAnswer> probe = LifePort.Probe(Here, ((IPEndPoint)stranger.LocalEndpoint).Port, 17, Patience);
        using (Socket socket = await stranger.AcceptSocketAsync())
            await socket.SendAsync(Encoding.ASCII.GetBytes(line));
        Assert.Equal(LifeState.Silent, (await probe).State);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        using TcpListener stranger = new(IPAddress.Loopback, 0);
        stranger.Start();
        Task<LifeAnswer> probe = LifePort.Probe(Here, ((IPEndPoint)stranger.LocalEndpoint).Port, 17, Patience);
        using Socket socket = await stranger.AcceptSocketAsync();
        await socket.SendAsync(new byte[4_096]);
        Assert.Equal(new LifeAnswer(LifeState.Silent, "no answer of a life port"), await probe);
    }

    [Fact]
    public async Task Strangers_that_never_hang_up_do_not_keep_it_from_answering()
    {
        LifePort port = LifePort.Open(Here, 17);
        List<Socket> strangers = [];
        try
        {
            for (int i = 0; i < 400; i++)
            {
                Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                strangers.Add(stranger);
                await stranger.ConnectAsync(Here, port.Port);
                await stranger.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            }

            Assert.Equal(LifeState.Alive, (await LifePort.Probe(Here, port.Port, 17, Patience)).State);
        }
        finally
        {
            foreach (Socket stranger in strangers) stranger.Dispose();
        }
    }

    [Fact]
    public void A_starved_thread_pool_does_not_look_like_a_death()
    {
        LifePort port = LifePort.Open(Here, 17);
        using ManualResetEventSlim release = new();
        using CountdownEvent left = new(500);
        for (int i = 0; i < 500; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    release.Wait();
                    left.Signal();
                },
                null);
        }

        byte[] answer = new byte[100];
        int read = 0;
        try
        {
            // Blocking calls: the asker must not need the pool either.
            using Socket asker = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            asker.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            asker.Connect(IPAddress.Loopback, port.Port);
            read = asker.Receive(answer);
        }
        finally
        {
            release.Set();
            left.Wait();
        }

        Assert.Equal("actorbalancer 17\n", Encoding.ASCII.GetString(answer, 0, read));
    }
}
