using System.Globalization;
using System.Net.Sockets;
using ActorBalancer.FaultyWorker;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Serialization;
using Akka.Util;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Security;

/// <summary>
/// Messages that name a type, from somebody who speaks Akka's protocol by hand, at a plain port. The same bytes go to an
/// ActorSystem with Akka's own settings first, to show that they are dangerous.
/// </summary>
public sealed class CraftedMessageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Sentinel = "the-last-one";

    private readonly string _file = Path.GetTempFileName();
    private readonly ActorSystem _open = ActorSystem.Create("actorbalancer", ConfigurationFactory.ParseString("""
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        """));

    public Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable(Trap.Variable, _file);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Trap.Variable, null);
        await _open.Terminate();
        File.Delete(_file);
    }

    [Fact]
    public async Task No_type_is_built_that_a_message_names()
    {
        string folder = AppContext.BaseDirectory;
        await using ChildNode node = ChildNode.Start(
            "target", Path.Combine(folder, "ActorBalancer.FaultyWorker.dll"), ["--port", "0", "--http-port", "0"], [new(Trap.Variable, _file), StoreOfTests.Memory]);
        ReadyLine ready = await node.Ready.WaitAsync(Eventually.Deadline);
        (int Serializer, string Manifest, byte[] Body)[] messages = [.. Messages()];

        await SendAsync(((ExtendedActorSystem)_open).Provider.DefaultAddress.Port!.Value, messages);
        await Eventually.IsTrue(
            () => Built().Contains(Environment.ProcessId), "the trap is built where nothing is closed; else this test proves nothing");

        await SendAsync(int.Parse(ready.Seed.Split(':')[1], CultureInfo.InvariantCulture), messages);
        await Eventually.IsTrue(() => node.Log.Contains(Sentinel, StringComparison.Ordinal), "the node came to the last of the messages");
        output.WriteLine($"{messages.Length} messages; built by: {string.Join(", ", Built())}; the node is {node.Pid}\n{node.Log}");
        Assert.DoesNotContain(node.Pid, Built());
        Assert.False(node.HasExited);
    }

    /// <summary>Every serializer that Akka knows by number, and some that nobody knows, with every manifest and body; each also within another message.</summary>
    private IEnumerable<(int Serializer, string Manifest, byte[] Body)> Messages()
    {
        string type = typeof(Trap).TypeQualifiedName();
        byte[] json = System.Text.Encoding.UTF8.GetBytes($$"""{"$type":"{{type}}"}""");
        (int Serializer, string Manifest, byte[] Body)[] forged =
        [
            Forged(new Trap()), Forged(new Status.Failure(new TrapException("x"))), Forged(new Recreate(new TrapException("x"))), Forged(DaemonCreate()),
            (2, type, []),
        ];
        int[] serializers = [.. Enumerable.Range(-2, 64), ActorBalancer.Wire.BalancerSerializer.Id, int.MaxValue];
        foreach (int serializer in serializers)
        {
            foreach (string manifest in new[] { type, "", "no-such-manifest", "System.IO.FileInfo, System.Private.CoreLib" })
            {
                yield return (serializer, manifest, json);
                yield return (serializer, manifest, []);
            }
        }
        foreach ((int serializer, string manifest, byte[] body) in forged)
        {
            yield return (serializer, manifest, body);

            // A selection, a published message and others carry a payload with a serializer of its own.
            byte[] payload = AkkaWire.Payload(serializer, manifest, body);
            foreach (int outer in serializers)
            {
                for (int field = 1; field <= 3; field++)
                {
                    foreach (string outerManifest in new[] { "", "A", "B", "C", "D", "E" })
                        yield return (outer, outerManifest, AkkaWire.Nested(payload, field));
                }
            }
        }
    }

    private object DaemonCreate() => Activator.CreateInstance(
        Type.GetType("Akka.Remote.DaemonMsgCreate, Akka.Remote", throwOnError: true)!,
        Props.Create<Victim>(new Trap()), Akka.Actor.Deploy.None, "akka.tcp://actorbalancer@127.0.0.1:1/remote/x", _open.DeadLetters)!;

    private (int Serializer, string Manifest, byte[] Body) Forged(object message)
    {
        Serialization serialization = ((ExtendedActorSystem)_open).Serialization;
        Serializer serializer = serialization.FindSerializerFor(message);
        return (serializer.Identifier, Serialization.ManifestFor(serializer, message), serializer.ToBinary(message));
    }

    private static async Task SendAsync(int port, IEnumerable<(int Serializer, string Manifest, byte[] Body)> messages)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port, deadline.Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(AkkaWire.Frame(AkkaWire.Associate(port)), deadline.Token);
        byte[] answer = new byte[4];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        string system = $"akka.tcp://actorbalancer@127.0.0.1:{port}";
        foreach ((int serializer, string manifest, byte[] body) in messages)
        {
            foreach (string recipient in new[] { "/user/actorbalancer/gateway", "/remote" })
                await stream.WriteAsync(AkkaWire.Frame(AkkaWire.Envelope(system + recipient, serializer, manifest, body)), deadline.Token);
        }
        await stream.WriteAsync(AkkaWire.Frame(AkkaWire.Envelope(system + "/user", 1, Sentinel, [])), deadline.Token);
        await stream.FlushAsync(deadline.Token);

        // What was sent is read before the end of it.
        client.Client.Shutdown(SocketShutdown.Send);
        await stream.CopyToAsync(Stream.Null, deadline.Token);
    }

    private int[] Built() => [.. File.ReadLines(_file).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Distinct()];

    private sealed class Victim : ReceiveActor
    {
        public Victim(Trap trap) => ReceiveAny(_ => GC.KeepAlive(trap));
    }
}
