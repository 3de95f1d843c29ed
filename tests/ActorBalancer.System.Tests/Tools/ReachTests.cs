using System.Net;
using System.Net.Sockets;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

/// <summary>Which node the tools find, and what they say where there is none.</summary>
[Collection("tools")]
public sealed class ReachTests(SharedUp shared) : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Silent_address_gives_exit_code_3_and_says_how_to_start_a_cluster()
    {
        string url;
        using (Socket socket = new(SocketType.Stream, ProtocolType.Tcp))
        {
            // Bound and not listening: nobody else can take it, and connections are refused.
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            url = $"http://{socket.LocalEndPoint}";
            ToolRun named = await ToolRun.RunAsync([], "", "queue", "list", "--url", url);
            Assert.Equal(3, named.Exit);
            Assert.Equal("", named.Output);
            Assert.StartsWith($"No node answers at {url}: ", named.Error, StringComparison.Ordinal);
            Assert.Contains("--url", named.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Something_that_is_no_node_gives_exit_code_3()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<ToolRun> asking = ToolRun.RunAsync([], "", "worker", "list", "--url", $"{listener.LocalEndpoint}");
        using (TcpClient client = await listener.AcceptTcpClientAsync())
        {
            NetworkStream stream = client.GetStream();
            byte[] request = new byte[4096];
            Assert.NotEqual(0, await stream.ReadAsync(request));
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"u8.ToArray());
            ToolRun asked = await asking;
            Assert.Equal(3, asked.Exit);
            Assert.Contains("something else answers", asked.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_any_word_the_default_address_is_asked_and_up_is_recommended()
    {
        KeyValuePair<string, string>[] nobody = UpRun.HomeOf(_home);
        ToolRun asked = await ToolRun.RunAsync(nobody, "", "queue", "list");

        // Somebody may well run a cluster there.
        if (asked.Exit == 3)
            Assert.Matches(@"\ANo node answers at http://127\.0\.0\.1:8600: .*'actorbalancer up'.*\n\z", asked.Error);
        else
            Assert.Equal(0, asked.Exit);
    }

    [Fact]
    public async Task Word_of_an_up_that_is_gone_counts_for_nothing()
    {
        string folder = Path.Combine(_home, ".local", "state", "actorbalancer");
        Directory.CreateDirectory(folder);
        string word = """{"pid":PID,"started":1,"since":"2026-01-01T00:00:00Z","http":"http://127.0.0.1:9","seed":"127.0.0.1:9"}""";
        await File.WriteAllTextAsync(Path.Combine(folder, "up-1.json"), word.Replace("PID", $"{Environment.ProcessId}", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder, "up-2.json"), "{ broken");
        ToolRun asked = await ToolRun.RunAsync(UpRun.HomeOf(_home), "", "queue", "list");
        Assert.DoesNotContain("127.0.0.1:9:", asked.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_of_the_environment_is_not_asked_for_the_loopback()
    {
        KeyValuePair<string, string>[] environment = [.. shared.Up.Environment, new("http_proxy", "http://127.0.0.1:9"), new("HTTP_PROXY", "http://127.0.0.1:9")];
        (await ToolRun.RunAsync(environment, "", "worker", "list")).Succeeded();
    }

    [Theory]
    [InlineData("http://HOST/")]
    [InlineData("HOST")]
    public async Task Url_may_be_given_in_each_form(string form)
    {
        string url = form.Replace("HOST", shared.Up.Http["http://".Length..], StringComparison.Ordinal);
        (await ToolRun.RunAsync(UpRun.HomeOf(_home), "", "worker", "list", "--url", url)).Succeeded();
    }

    [Fact]
    public async Task Https_is_spoken_with_the_ca_of_a_file_and_with_no_other()
    {
        (await ToolRun.RunAsync([], "", "certs", "init", "--folder", Path.Combine(_home, "certs"), "--host", "127.0.0.1")).Succeeded();
        string ca = Path.Combine(_home, "certs", "ca.pem");
        string node = Path.Combine(_home, "certs", "127.0.0.1");
        string config = Path.Combine(_home, "tls.conf");
        await File.WriteAllTextAsync(config, $$"""actorbalancer.http.tls { certificate = "{{node}}.pem", key = "{{node}}.key" }""");

        await using UpRun up = await UpRun.StartAsync(null, [], "--workers", "1", "--config", config, "--ca", ca);
        Assert.StartsWith("https://127.0.0.1:", up.Http, StringComparison.Ordinal);
        (await up.RunAsync("worker", "list", "--ca", ca)).Succeeded();
        ToolRun untrusting = await up.RunAsync("worker", "list");
        Assert.Equal(3, untrusting.Exit);
        ToolRun wrong = await up.RunAsync("worker", "list", "--ca", config);
        Assert.Equal(2, wrong.Exit);
        Assert.Contains("holds no certificate", wrong.Error, StringComparison.Ordinal);
    }
}
