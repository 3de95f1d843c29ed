using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ActorBalancer.Cluster.Tls;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Security;

public sealed class CertsCommandTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("certs").FullName, "a \"new\" folder");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task Printed_lines_are_a_configuration_that_a_node_can_use()
    {
        string output = await RunAsync(0, "--host", "node-1", "--host", "10.0.0.7");
        string[] blocks = output.Split("actorbalancer.remoting.tls {", StringSplitOptions.None)[1..];
        Assert.Equal(2, blocks.Length);
        foreach ((string block, string host) in blocks.Zip(["node-1", "10.0.0.7"]))
        {
            string text = $"actorbalancer.remoting.tls {{{block}\nactorbalancer.remoting {{ bind = 0.0.0.0, advertised = {Quoted(host)} }}";
            BalancerOptions options = BalancerConfiguration.Load(new ConfigurationSources { Text = text }).Options;
            Assert.NotNull(TlsFiles.Load(options.Remoting, TimeProvider.System));
        }
    }

    [Fact]
    public async Task Keys_are_for_their_owner_alone()
    {
        await RunAsync(0);
        Assert.Equal(["ca.key", "ca.pem", "localhost.key", "localhost.pem"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string file in Directory.GetFiles(_folder, "*.key"))
#pragma warning disable CA1416 // Real processes are tested on Linux alone.
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task Certificates_last_as_long_as_asked_and_name_what_was_asked()
    {
        await RunAsync(0, "--days", "3", "--host", "localhost");
        using X509Certificate2 made = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, "localhost.pem"));
        Assert.InRange(made.NotAfter.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromDays(2.9), TimeSpan.FromDays(3));
        foreach (string host in new[] { "localhost", "127.0.0.1", "::1" })
            Assert.True(made.MatchesHostname(host, allowCommonName: false), host);
        Assert.False(made.MatchesHostname("node-1"));
    }

    [Fact]
    public async Task Nothing_is_overwritten_without_force()
    {
        await RunAsync(0);
        Dictionary<string, string> before = Contents();
        await using CommandRun again = Start();
        Assert.Equal(2, await again.ExitAsync());
        Assert.Equal("", await again.Output);
        Assert.Contains("localhost.pem", await again.Error, StringComparison.Ordinal);
        Assert.Contains("--force", await again.Error, StringComparison.Ordinal);
        Assert.Equal(before, Contents());

        await RunAsync(0, "--force");
        Dictionary<string, string> after = Contents();
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(after, file => Assert.NotEqual(before[file.Key], file.Value));
    }

    [Fact]
    public async Task Ca_that_is_there_issues_for_one_more_member()
    {
        await RunAsync(0, "--host", "node-1");
        Dictionary<string, string> before = Contents();
        using JsonDocument made = JsonDocument.Parse(await RunAsync(0, "--host", "node-2", "--json"));
        Assert.False(made.RootElement.GetProperty("made_ca").GetBoolean());
        JsonElement node = Assert.Single(made.RootElement.GetProperty("nodes").EnumerateArray());
        Assert.Equal("node-2", node.GetProperty("host").GetString());
        RemotingOptions remoting = BalancerConfiguration.Defaults().Remoting with
        {
            Bind = "node-2",
            Tls = new RemotingTlsOptions
            {
                Certificate = node.GetProperty("certificate").GetString()!,
                Key = node.GetProperty("key").GetString()!,
                Ca = made.RootElement.GetProperty("ca").GetString()!,
            },
        };
        Assert.NotNull(TlsFiles.Load(remoting, TimeProvider.System));
        Dictionary<string, string> after = Contents();
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
    }

    [Theory]
    [InlineData("--host", "node-1:8601")]
    [InlineData("--host", "0.0.0.0")]
    [InlineData("--host", "../node")]
    [InlineData("--days", "0")]
    [InlineData("--days", "3651")]
    public async Task Wrong_usage_is_refused_and_nothing_is_made(params string[] arguments)
    {
        await using CommandRun run = Start(arguments);
        Assert.Equal(2, await run.ExitAsync());
        Assert.Contains(arguments[1], await run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task Help_ends_with_an_example()
    {
        await using CommandRun run = CommandRun.Start("certs", "init", "--help");
        Assert.Equal(0, await run.ExitAsync());
        string help = await run.Output;
        Assert.Contains("actorbalancer certs init --host node-1", help[help.IndexOf("Example:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private CommandRun Start(params string[] arguments) => CommandRun.Start(["certs", "init", "--folder", _folder, .. arguments]);

    private async Task<string> RunAsync(int code, params string[] arguments)
    {
        await using CommandRun run = Start(arguments);
        int exit = await run.ExitAsync();
        Assert.True(exit == code, await run.Error);
        return await run.Output;
    }

    private Dictionary<string, string> Contents() =>
        Directory.GetFiles(_folder).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText, StringComparer.Ordinal);

    private static string Quoted(string text) => $"\"{text}\"";
}
