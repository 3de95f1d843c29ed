using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

[Collection(SharedNodeCollection.Name)]
public sealed class EventTests(SharedNode shared)
{
    private HttpNode Node => shared.Node;

    [Fact]
    public async Task Jobs_queues_and_workers_are_told_of_as_they_change()
    {
        using EventStream stream = await EventStream.OpenAsync(Node.Client);
        string id = await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"told"}""");
        await Node.ResultAsync(id);
        (await Node.PostAsync("/v1/queues/told/pause")).IsOk();
        (await Node.PostAsync("/v1/workers/node/drain")).IsOk();
        (await Node.PostAsync("/v1/workers/node/undrain")).IsOk();

        JsonElement job = (await stream.NextAsync(e => e.Name == "job" && e.Data.GetProperty("id").GetString() == id)).Data;
        Assert.Equal("told", job.GetProperty("queue").GetString());
        Assert.Equal("echo", job.GetProperty("kind").GetString());
        Assert.Equal("succeeded", job.GetProperty("state").GetString());
        Assert.Equal("node", job.GetProperty("worker").GetString());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("reason").ValueKind);
        await stream.NextAsync(e => e.Name == "queue" && e.Data.GetProperty("name").GetString() == "told" && e.Data.GetProperty("change").GetString() == "paused");
        await stream.NextAsync(e => e.Name == "worker" && e.Data.GetProperty("state").GetString() == "draining");
    }

    [Fact]
    public async Task Reader_who_comes_back_gets_what_it_missed()
    {
        using EventStream first = await EventStream.OpenAsync(Node.Client);
        string seen = await Node.AcceptAsync("""{"kind":"echo","payload":0}""");
        string last = (await first.NextAsync(e => e.Name == "job" && e.Data.GetProperty("id").GetString() == seen)).Id;
        string missed = await Node.AcceptAsync("""{"kind":"echo","payload":0}""");
        await Node.ResultAsync(missed);

        using EventStream again = await EventStream.OpenAsync(Node.Client, last);
        EventStream.Event next = await again.NextAsync(e => e.Name == "job");
        Assert.Equal(missed, next.Data.GetProperty("id").GetString());
        Assert.True(long.Parse(next.Id, System.Globalization.CultureInfo.InvariantCulture) > long.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public async Task Id_that_was_never_given_is_invalid(string id) =>
        (await Node.SendAsync(HttpMethod.Get, "/v1/events", null, h => h.TryAddWithoutValidation("Last-Event-ID", id))).Is(400, "invalid");

    /// <summary>A reader that takes nothing costs a bounded amount and is cut off; the others go on.</summary>
    [Fact]
    public async Task Reader_that_takes_nothing_is_dropped()
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        using Socket slow = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 << 10 };
        await slow.ConnectAsync(IPAddress.Loopback, Node.Port, deadline.Token);
        await slow.SendAsync("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), deadline.Token);
        using EventStream other = await EventStream.OpenAsync(Node.Client);

        // Until the kernel's buffers are full of them, and a thousand more. A round is less than that: who reads is never too far behind.
        string lines = string.Concat(Enumerable.Repeat("""{"kind":"echo","payload":0,"queue":"flood"}""" + "\n", 500));
        await Eventually.IsTrue(
            async () =>
            {
                string last = (await Node.BulkAsync(lines)).IsOk().Lines[^1].GetProperty("id").GetString()!;
                await other.NextAsync(e => e.Name == "job" && e.Data.GetProperty("id").GetString() == last);
                return IsReset(slow);
            },
            "the reader is cut off");
        await Node.AcceptAsync("""{"kind":"echo","payload":0,"queue":"after-the-flood"}""");
        await other.NextAsync(e => e.Name == "job" && e.Data.GetProperty("queue").GetString() == "after-the-flood");
    }

    [SkippableFact]
    public async Task A_thousand_streams_are_open_at_most()
    {
        // The runtime raises its own limit to the hard one, here and in the node.
        string limit = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        bool isLow = int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out int files) && files < 2_048;
        Skip.If(isLow, $"A process may open only {limit} files here, and this test needs 2048: raise the hard limit (ulimit -Hn).");
        await using HttpNode node = await HttpNode.StartAsync([]);
        List<EventStream> streams = [];
        try
        {
            for (int i = 0; i < 1_000; i++)
                streams.Add(await EventStream.OpenAsync(node.Client));
            (await node.GetAsync("/v1/events")).Is(429, "rate_limited");
            (await node.GetAsync("/healthz")).IsOk();
            streams[0].Dispose();
            streams.RemoveAt(0);
            await Eventually.IsTrue(
                async () =>
                {
                    try
                    {
                        streams.Add(await EventStream.OpenAsync(node.Client));
                        return true;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                "there is a place again");
        }
        finally
        {
            streams.ForEach(s => s.Dispose());
        }
    }

    /// <summary>Without taking a byte off the connection: a reset takes away what was not read.</summary>
    private static bool IsReset(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectError) || (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0
                || File.ReadLines("/proc/net/tcp").All(l => !l.Contains($":{((IPEndPoint)socket.LocalEndPoint!).Port:X4} 0100007F:", StringComparison.Ordinal));
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
