using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>The image's file and compose against the binary. No container engine is at hand.</summary>
public sealed partial class ContainerTests
{
    private static readonly HttpClient Http = new() { Timeout = Eventually.Deadline };

    [Fact]
    public void Image_is_built_from_what_is_there_and_starts_what_was_built()
    {
        string[] lines = File.ReadAllLines(DeployFolder.At("Containerfile"));
        string[] sources = [.. lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal))
            .SelectMany(l => l.Split(' ')[1..^1])];
        Assert.NotEmpty(sources);
        Assert.All(sources, s => Assert.True(Path.Exists(Path.Combine(DeployFolder.Root, s)), s));
        string project = lines.Single(l => l.StartsWith("RUN dotnet publish", StringComparison.Ordinal)).Split(' ')[3];
        Assert.True(Directory.Exists(Path.Combine(DeployFolder.Root, project)), project);
        Assert.Contains($"ENTRYPOINT [\"/app/{Path.GetFileName(DeployPrograms.Binary)}\"]", lines);
        Assert.True(File.Exists(DeployPrograms.Binary));

        // The runtime of the tests is the one that the project is built for.
        string version = string.Create(CultureInfo.InvariantCulture, $":{Environment.Version.Major}.{Environment.Version.Minor}");
        Assert.All(lines.Where(l => l.StartsWith("FROM ", StringComparison.Ordinal)), l => Assert.Contains(version, l, StringComparison.Ordinal));
        Assert.Contains("USER $APP_UID", lines);
    }

    [Fact]
    public void Image_names_the_ports_of_the_defaults()
    {
        BalancerOptions defaults = BalancerConfiguration.Defaults();
        Assert.Contains($"EXPOSE {defaults.Http.Port} {defaults.Remoting.Port}", File.ReadAllLines(DeployFolder.At("Containerfile")));
    }

    [Fact]
    public async Task Compose_starts_a_router_and_workers_that_find_it()
    {
        string[] services = [.. DeployFolder.Compose["services"].Members.Keys];
        Assert.Equal(["postgres", "router-1", "router-2", "worker-1", "worker-2", "worker-3"], services);
        await using CommandRun router = Workload.OfCompose("router-1").Start(null);
        JsonElement ready = await ReadyAsync(router);
        string seed = ready.GetProperty("akka").GetString()!.Split('@')[1];
        foreach (string service in services[1..])
            Assert.Equal(["router-1:8601", "router-2:8601"], Workload.OfCompose(service).Seeds);
        foreach (string service in services[3..])
        {
            Workload worker = Workload.OfCompose(service);
            Assert.Equal(service, worker.ValueOf("--bind"));
            await using CommandRun run = worker.Start(seed);
            Assert.Equal(service, (await ReadyAsync(run)).GetProperty("name").GetString());
        }
        await CheckHealthcheckAsync(ready.GetProperty("http").GetString()!);
    }

    [Fact]
    public void Compose_gives_both_routers_the_database_and_keeps_its_password_in_files()
    {
        YamlValue compose = DeployFolder.Compose;
        foreach (string router in (string[])["router-1", "router-2"])
        {
            Workload run = Workload.OfCompose(router);
            Assert.Equal((router, "8601"), (run.ValueOf("--advertised"), run.ValueOf("--port")));
            BalancerOptions options = BalancerConfiguration.Load(new ConfigurationSources { Role = "router", Environment = run.Environment.ToDictionary() }).Options;
            Assert.Equal(("postgres", "file:/run/secrets/connection"), (options.Store, options.Postgres.Connection));
            Assert.Equal("connection", compose["services"][router]["secrets"].Items.Single().Text);
        }
        Assert.Equal("secrets/connection", compose["secrets"]["connection"]["file"].Text);
        Assert.Equal("/run/secrets/postgres-password", compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"].Text);
    }

    [Fact]
    public void Compose_publishes_the_routers_http_port_for_this_host_alone_and_says_what_is_plain()
    {
        YamlValue compose = DeployFolder.Compose;
        Assert.Equal("127.0.0.1:8600:8600", compose["services"]["router-1"]["ports"].Items.Single().Text);
        Assert.Equal("127.0.0.1:8610:8600", compose["services"]["router-2"]["ports"].Items.Single().Text);
        Assert.Equal("true", compose["networks"]["cluster"]["internal"].Text);
        Assert.Null(compose["services"]["postgres"].Find("ports"));
        foreach ((string name, YamlValue service) in compose["services"].Members.Where(s => s.Key != "postgres"))
        {
            Workload run = Workload.OfCompose(name);
            Assert.Equal("8600", run.ValueOf("--http-port"));
            Assert.Contains("cluster", service["networks"].Items.Select(n => n.Text));
            Assert.Contains(run.Environment, e => e is { Key: "ACTORBALANCER__INSECURE", Value: "on" });
        }
        Assert.Contains("plain text", File.ReadAllText(DeployFolder.At("compose.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_waits_longer_than_a_worker_drains()
    {
        Workload worker = Workload.OfCompose("worker-1");
        TimeSpan drain = BalancerConfiguration.Load(new ConfigurationSources { Environment = worker.Environment.ToDictionary() }).Options.Worker.Drain;
        string grace = DeployFolder.Compose["services"]["worker-1"]["stop_grace_period"].Text;
        Assert.InRange(int.Parse(grace.TrimEnd('s'), CultureInfo.InvariantCulture), drain.TotalSeconds + 10, drain.TotalSeconds + 60);
    }

    [Fact]
    public void Every_variable_in_these_files_is_a_key()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(DeployFolder.Root, "deploy"), "*", SearchOption.AllDirectories))
        {
            foreach (Match variable in Variable().Matches(File.ReadAllText(file)))
            {
                Dictionary<string, string> environment = new() { [variable.Value] = "x" };
                try
                {
                    BalancerConfiguration.Load(new ConfigurationSources { Environment = environment });
                }
                catch (BalancerConfigurationException e)
                {
                    Assert.DoesNotContain("unknown", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    /// <summary>The check that compose makes inside a container, at the port of a node that is well, and at one where nobody is.</summary>
    private static async Task CheckHealthcheckAsync(string http)
    {
        string[] test = [.. DeployFolder.Compose["services"]["worker-1"]["healthcheck"]["test"].Items.Select(t => t.Text)];
        Assert.Equal(["CMD", "bash", "-c"], test[..3]);
        Assert.Equal(HttpStatusCode.OK, (await Http.GetAsync(new Uri(new Uri(http), "/readyz"))).StatusCode);
        foreach ((string port, bool well) in new[] { (new Uri(http).Port.ToString(CultureInfo.InvariantCulture), true), ("1", false) })
        {
            string script = test[3].Replace("/8600 ", $"/{port} ", StringComparison.Ordinal);
            Assert.NotEqual(test[3], script);
            using DeployedProgram check = DeployPrograms.Start("bash", ["-c", script]);
            Assert.True(await check.ExitAsync() == 0 == well, check.Said);
        }
    }

    private static async Task<JsonElement> ReadyAsync(CommandRun run)
    {
        string? line = await run.FirstLineAsync().WaitAsync(Eventually.Deadline);
        Assert.True(line is not null, line is null ? await run.Error : "");
        return JsonDocument.Parse(line!).RootElement;
    }

    [GeneratedRegex("ACTORBALANCER__[A-Z0-9_]+")]
    private static partial Regex Variable();
}
