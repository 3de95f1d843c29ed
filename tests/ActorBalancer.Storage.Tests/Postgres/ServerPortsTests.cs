namespace ActorBalancer.Storage.Tests.Postgres;

public sealed class ServerPortsTests
{
    [Fact]
    public void No_port_is_given_twice()
    {
        // Drawn with no book kept, a thousand of seventeen thousand would have about thirty twice.
        int[] ports = [.. Enumerable.Range(0, 1_000).Select(_ => ServerPorts.Take())];
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }
}
