using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>What a deployment file starts: arguments and environment, as the container gets them.</summary>
internal sealed record Workload(IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    private const string Here = "127.0.0.1";

    public static Workload OfCompose(string service)
    {
        YamlValue found = DeployFolder.Compose["services"][service];
        return new Workload(
            [.. found["command"].Items.Select(a => a.Text)],
            [.. found["environment"].Members.Select(e => new KeyValuePair<string, string>(e.Key, e.Value.Text))]);
    }

    /// <summary>A pod of this name; what the cluster fills in, an address, is this host's loopback one.</summary>
    public static Workload OfKubernetes(YamlValue workload, string pod)
    {
        YamlValue container = Container(workload);
        List<KeyValuePair<string, string>> environment = [];
        foreach (YamlValue variable in container["env"].Items)
        {
            string value = variable.Find("value")?.Text ?? variable["valueFrom"]["fieldRef"]["fieldPath"].Text switch
            {
                "metadata.name" => pod,
                "status.podIP" => Here,
                var other => throw new InvalidOperationException($"unknown field {other}"),
            };
            foreach ((string known, string with) in environment)
                value = value.Replace($"$({known})", with, StringComparison.Ordinal);
            Assert.DoesNotContain("$(", value, StringComparison.Ordinal);
            environment.Add(new(variable["name"].Text, value));
        }
        return new Workload([.. container["args"].Items.Select(a => a.Text)], environment);
    }

    public static YamlValue Container(YamlValue workload) => workload["spec"]["template"]["spec"]["containers"].Items.Single();

    /// <summary>The value behind a flag; null where it is not given.</summary>
    public string? ValueOf(string flag)
    {
        int at = Arguments.ToList().IndexOf(flag);
        return at < 0 ? null : Arguments[at + 1];
    }

    /// <summary>
    /// The same on this host: names of other hosts and addresses are the loopback one, ports are free ones, and there is no database.
    /// </summary>
    /// <param name="seed">Null: the first node of its cluster.</param>
    public CommandRun Start(string? seed)
    {
        string[] arguments = [.. seed is null ? WithoutSeeds(Arguments) : Arguments];
        for (int i = 1; i < arguments.Length; i++)
        {
            arguments[i] = arguments[i - 1] switch
            {
                "--port" or "--http-port" => "0",
                "--bind" or "--advertised" => Here,
                "--seed" => seed!,
                _ => arguments[i],
            };
        }
        return CommandRun.Start([.. Environment.Select(OnThisHost)], [.. arguments, "--json"]);
    }

    /// <summary>All of them.</summary>
    public string[] Seeds => [.. Arguments.Where((_, at) => at > 0 && Arguments[at - 1] == "--seed")];

    private static IEnumerable<string> WithoutSeeds(IReadOnlyList<string> arguments) =>
        arguments.Where((argument, at) => argument != "--seed" && (at == 0 || arguments[at - 1] != "--seed"));

    private static KeyValuePair<string, string> OnThisHost(KeyValuePair<string, string> variable) =>
        variable.Key == StoreOfTests.Variable ? StoreOfTests.Memory : variable.Key is "ACTORBALANCER__HTTP__BIND" or "ACTORBALANCER__REMOTING__ADVERTISED" ? new(variable.Key, Here) : variable;
}
