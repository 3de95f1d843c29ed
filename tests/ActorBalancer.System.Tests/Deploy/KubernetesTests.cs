using System.Globalization;
using System.Net;
using System.Text.Json;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>The Kubernetes files against the binary. No cluster is at hand: what it fills in is filled in here.</summary>
public sealed class KubernetesTests(DeployedCluster cluster) : IClassFixture<DeployedCluster>
{
    // What the hook before the end may take of a pod's time to end.
    private const int HookSeconds = 10;

    private static readonly HttpClient Http = new() { Timeout = Eventually.Deadline };

    private static YamlValue Router => DeployFolder.Kubernetes("router", "StatefulSet");

    private static YamlValue Worker => DeployFolder.Kubernetes("worker", "Deployment");

    [Theory]
    [InlineData("startupProbe", "/healthz")]
    [InlineData("livenessProbe", "/healthz")]
    [InlineData("readinessProbe", "/readyz")]
    public async Task Probes_ask_what_the_nodes_answer(string probe, string path)
    {
        foreach ((YamlValue workload, Uri node) in new[] { (Router, cluster.Router), (Worker, cluster.Worker) })
        {
            YamlValue get = Workload.Container(workload)[probe]["httpGet"];
            Assert.Equal(path, get["path"].Text);
            Assert.Equal("8600", PortOf(workload, get["port"].Text));
            await Eventually.IsTrue(async () => (await Http.GetAsync(new Uri(node, path))).StatusCode == HttpStatusCode.OK, $"{node}{path} is well");
        }
    }

    [Fact]
    public void Ports_are_those_that_the_nodes_listen_on()
    {
        foreach (YamlValue workload in new[] { Router, Worker })
        {
            Workload run = Workload.OfKubernetes(workload, "pod-0");
            Assert.Equal(run.ValueOf("--http-port"), PortOf(workload, "http"));
            Assert.Equal(run.ValueOf("--port"), PortOf(workload, "cluster"));
            Assert.Equal(PortOf(workload, "http"), workload["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"].Text);
        }
        foreach (string service in new[] { "actorbalancer-router", "actorbalancer" })
        {
            YamlValue port = DeployFolder.Kubernetes("router", "Service", service)["spec"]["ports"].Items.Single();
            Assert.Equal(PortOf(Router, port["targetPort"].Text), port["port"].Text);
        }
        YamlValue open = DeployFolder.Kubernetes("network", "NetworkPolicy")["spec"]["ingress"].Items.Last()["ports"].Items.Single();
        Assert.Equal(PortOf(Router, "http"), open["port"].Text);
    }

    [Fact]
    public void Names_by_which_pods_are_called_are_theirs()
    {
        string set = Router["metadata"]["name"].Text, service = Router["spec"]["serviceName"].Text;
        Assert.NotNull(DeployFolder.Kubernetes("router", "Service", service));
        Workload router = Workload.OfKubernetes(Router, $"{set}-0");
        string advertised = router.Environment.Single(e => e.Key == "ACTORBALANCER__REMOTING__ADVERTISED").Value;
        Assert.Equal($"{set}-0.{service}", advertised);
        string[] all = [.. Enumerable.Range(0, 3).Select(n => $"{set}-{n}.{service}:{router.ValueOf("--port")}")];
        Assert.StartsWith($"{advertised}:", all[0], StringComparison.Ordinal);
        Assert.Equal(all, router.Seeds);
        Assert.Equal(all, Workload.OfKubernetes(Worker, "pod").Seeds);

        // The name in Host that is let in is the service's for clients.
        string host = router.Environment.Single(e => e.Key == "ACTORBALANCER__HTTP__HOSTS__0").Value;
        Assert.NotNull(DeployFolder.Kubernetes("router", "Service", host));
    }

    [Fact]
    public async Task Service_name_is_let_in_as_host_and_another_is_not()
    {
        Assert.Equal(HttpStatusCode.OK, await CallAsync("actorbalancer:8600"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync("elsewhere:8600"));
    }

    [Fact]
    public async Task Metrics_are_where_they_are_scraped_and_have_what_the_autoscaler_wants()
    {
        YamlValue scaler = DeployFolder.Kubernetes("worker", "HorizontalPodAutoscaler")["spec"];
        Assert.Equal(Worker["metadata"]["name"].Text, scaler["scaleTargetRef"]["name"].Text);
        YamlValue metric = scaler["metrics"].Items.Single()["external"];
        string path = Router["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"].Text;
        string page = await Http.GetStringAsync(new Uri(cluster.Router, path));
        Assert.Contains($"\n{metric["metric"]["name"].Text}", page, StringComparison.Ordinal);
        Assert.Contains("dotnet_", await Http.GetStringAsync(new Uri(cluster.Worker, path)), StringComparison.Ordinal);

        // One worker for as many jobs as it has slots.
        string slots = Workload.OfKubernetes(Worker, "pod").Environment.Single(e => e.Key == "ACTORBALANCER__WORKER__SLOTS").Value;
        Assert.Equal(slots, metric["target"]["averageValue"].Text);
        Assert.Null(Worker["spec"].Find("replicas"));
    }

    [Fact]
    public void Selectors_find_their_pods_and_only_those()
    {
        foreach ((string file, YamlValue workload) in new[] { ("router", Router), ("worker", Worker) })
        {
            Dictionary<string, string> labels = Labels(workload["spec"]["template"]["metadata"]["labels"]);
            Assert.Equal(labels, Labels(workload["spec"]["selector"]["matchLabels"]));
            Assert.Equal(labels, Labels(DeployFolder.Kubernetes(file, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]));
        }
        Assert.Equal(
            Labels(Router["spec"]["selector"]["matchLabels"]), Labels(DeployFolder.Kubernetes("router", "Service", "actorbalancer")["spec"]["selector"]));
        Assert.NotEqual(Labels(Router["spec"]["selector"]["matchLabels"]), Labels(Worker["spec"]["selector"]["matchLabels"]));
    }

    [Fact]
    public void Routers_share_a_database_whose_connection_is_a_secret_and_most_of_them_stay()
    {
        Assert.Equal("3", Router["spec"]["replicas"].Text);
        Assert.Equal("1", DeployFolder.Kubernetes("router", "PodDisruptionBudget")["spec"]["maxUnavailable"].Text);
        Dictionary<string, string> environment = Workload.OfKubernetes(Router, "pod").Environment.Where(e => e.Key.StartsWith("ACTORBALANCER__", StringComparison.Ordinal)).ToDictionary();
        BalancerOptions options = BalancerConfiguration.Load(new ConfigurationSources { Role = "router", Environment = environment }).Options;
        Assert.Equal("postgres", options.Store);
        YamlValue pod = Router["spec"]["template"]["spec"], mount = Workload.Container(Router)["volumeMounts"].Items.Single();
        Assert.Equal($"file:{mount["mountPath"].Text}/connection", options.Postgres.Connection);
        YamlValue volume = pod["volumes"].Items.Single();
        Assert.Equal((mount["name"].Text, "actorbalancer-store"), (volume["name"].Text, volume["secret"]["secretName"].Text));
    }

    [Fact]
    public void Pods_get_longer_to_end_than_they_drain()
    {
        Workload worker = Workload.OfKubernetes(Worker, "pod");
        TimeSpan drain = BalancerConfiguration.Load(new ConfigurationSources { Environment = worker.Environment.ToDictionary() }).Options.Worker.Drain;
        foreach (YamlValue workload in new[] { Router, Worker })
        {
            int grace = int.Parse(workload["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].Text, CultureInfo.InvariantCulture);
            Assert.InRange(grace, drain.TotalSeconds + HookSeconds + 10, drain.TotalSeconds + 60);
        }
    }

    [Fact]
    public async Task Hook_before_the_end_drains_its_own_worker()
    {
        string[] command = [.. Workload.Container(Worker)["lifecycle"]["preStop"]["exec"]["command"].Items.Select(c => c.Text)];
        Assert.Equal(["sh", "-c"], command[..2]);
        Assert.StartsWith($"timeout {HookSeconds} /app/actorbalancer ", command[2], StringComparison.Ordinal);
        string script = command[2]
            .Replace("/app/actorbalancer", DeployPrograms.Binary, StringComparison.Ordinal)
            .Replace("http://actorbalancer:8600", cluster.Router.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace(" || true", "", StringComparison.Ordinal);
        using DeployedProgram hook = DeployPrograms.Start("sh", ["-c", script], new KeyValuePair<string, string>("ACTORBALANCER__NAME", DeployedCluster.WorkerPod));
        Assert.True(await hook.ExitAsync() == 0, hook.Said);
        await Eventually.IsTrue(async () => await StateAsync() == "draining", "the worker drains");
        using HttpResponseMessage back = await Http.PostAsync(new Uri(cluster.Router, $"/v1/workers/{DeployedCluster.WorkerPod}/undrain"), null);
        Assert.True(back.IsSuccessStatusCode, await back.Content.ReadAsStringAsync());
        await Eventually.IsTrue(async () => await StateAsync() == "up", "the worker is back for the other tests");
    }

    private async Task<string> StateAsync()
    {
        using JsonDocument workers = JsonDocument.Parse(await Http.GetStringAsync(new Uri(cluster.Router, "/v1/workers")));
        return workers.RootElement.GetProperty("items").EnumerateArray()
            .Single(w => w.GetProperty("name").GetString() == DeployedCluster.WorkerPod).GetProperty("state").GetString()!;
    }

    private async Task<HttpStatusCode> CallAsync(string host)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(cluster.Router, "/v1/workers"));
        request.Headers.Host = host;
        using HttpResponseMessage answer = await Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static string PortOf(YamlValue workload, string name) =>
        Workload.Container(workload)["ports"].Items.Single(p => p["name"].Text == name)["containerPort"].Text;

    private static Dictionary<string, string> Labels(YamlValue labels) => labels.Members.ToDictionary(l => l.Key, l => l.Value.Text);
}
