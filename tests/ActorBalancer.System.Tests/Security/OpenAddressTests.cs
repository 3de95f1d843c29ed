using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Security;

/// <summary>Addresses that other hosts reach.</summary>
public sealed class OpenAddressTests
{
    [Theory]
    [InlineData("actorbalancer.remoting.bind = 10.0.0.5", "", "--bind", "10.0.0.5")]
    [InlineData("actorbalancer.remoting.advertised = node-1", "", "--advertised", "node-1")]
    [InlineData("actorbalancer.remoting.bind = 0.0.0.0", "", "--bind", "0.0.0.0", "--advertised", "127.0.0.1")]
    [InlineData("actorbalancer.http.bind = 0.0.0.0", "ACTORBALANCER__HTTP__BIND=0.0.0.0")]
    [InlineData("actorbalancer.http.bind = 10.0.0.5", "ACTORBALANCER__HTTP__BIND=10.0.0.5")]
    public async Task Open_plain_port_is_refused_with_the_ways_out(string key, string variable, params string[] arguments)
    {
        KeyValuePair<string, string>[] environment = variable.Length == 0 ? [] : [new(variable.Split('=')[0], variable.Split('=')[1])];
        await using CommandRun node = CommandRun.Start(environment, ["node", .. arguments]);
        Assert.Equal(2, await node.ExitAsync());
        Assert.Equal("", await node.Output);
        string error = await node.Error;
        Assert.StartsWith(key, error, StringComparison.Ordinal);
        Assert.Contains("use a loopback address, configure tls, or write insecure = on", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_files_that_cannot_be_used_are_told_with_exit_code_2_before_anything_listens()
    {
        KeyValuePair<string, string>[] environment =
        [
            new("ACTORBALANCER__REMOTING__TLS__CERTIFICATE", "/nonexistent/node.pem"),
            new("ACTORBALANCER__REMOTING__TLS__KEY", "/nonexistent/node.key"),
            new("ACTORBALANCER__REMOTING__TLS__CA", "/nonexistent/ca.pem"),
        ];
        await using CommandRun node = CommandRun.Start(environment, "node", "--port", "0", "--http-port", "0");
        Assert.Equal(2, await node.ExitAsync());
        Assert.Equal("", await node.Output);
        string[] errors = (await node.Error).TrimEnd().Split('\n');
        Assert.Equal(3, errors.Length);
        Assert.All(errors, e => Assert.Contains("cannot be read", e, StringComparison.Ordinal));
    }
}
