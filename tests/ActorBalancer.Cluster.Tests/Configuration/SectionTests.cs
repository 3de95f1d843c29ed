using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Configuration;

/// <summary>Options from the application's own configuration.</summary>
public sealed class SectionTests
{
    [Fact]
    public void Keys_are_found_as_dotnet_writes_them_and_values_read_as_both_do()
    {
        BalancerOptions options = Load(null, ("ActorBalancer:Worker:Slots", "3"), ("ActorBalancer:QueueDefaults:TimeLimit", "00:01:30"), ("ActorBalancer:worker:drain", "5s"),
            ("ActorBalancer:Queues:mail.eu:attempts", "2"), ("ActorBalancer:Seeds:0", "a:1"), ("ActorBalancer:Seeds:1", "b:2"), ("ActorBalancer:Http:Enabled", "False"), ("Other:Worker", "9"));
        Assert.Equal((3, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(90)), (options.Worker.Slots, options.Worker.Drain, options.QueueDefaults.TimeLimit));
        Assert.Equal((2, false), (options.Queue("mail.eu").Attempts, options.Http.Enabled));
        Assert.Equal(["a:1", "b:2"], options.Seeds);
    }

    [Fact]
    public void Code_goes_over_the_section_and_that_over_a_file()
    {
        BalancerOptions options = Load(
            b => b.Configuration("actorbalancer { worker.slots = 1, worker.drain = 1s, name = file }").Slots(3),
            ("ActorBalancer:Worker:Slots", "2"), ("ActorBalancer:Worker:Drain", "2s"));
        Assert.Equal((3, TimeSpan.FromSeconds(2), "file"), (options.Worker.Slots, options.Worker.Drain, options.Name));
    }

    [Fact]
    public void Section_that_is_named_is_read_instead()
    {
        IConfiguration other = Of(("Jobs:Worker:Slots", "4"));
        Assert.Equal(4, Load(b => b.Configuration(other.GetSection("Jobs")), ("ActorBalancer:Worker:Slots", "2")).Worker.Slots);
    }

    [Fact]
    public void Mistakes_are_told_all_at_once_with_their_paths()
    {
        string message = Assert.Throws<BalancerConfigurationException>(() => Load(null, ("ActorBalancer:Worker:Slotz", "3"), ("ActorBalancer:Worker:Drain", "soon"))).Message;
        Assert.Contains("ActorBalancer:Worker:Slotz", message, StringComparison.Ordinal);
        Assert.Contains("did you mean slots", message, StringComparison.Ordinal);
        Assert.Contains("ActorBalancer:Worker:Drain", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_environment_gave_the_section_is_left_to_the_environment()
    {
        // A host reads all variables into its configuration; this name means the queue mail.eu only by our own rules.
        const string Variable = "ACTORBALANCER__QUEUES__MAIL__EU__ATTEMPTS";
        BalancerConfiguration configuration = BalancerConfiguration.Load(new ConfigurationSources
        {
            Text = """actorbalancer.queues { "mail.eu" {} }""",
            Section = BalancerBuilder.ValuesOf(Of((Variable.Replace("__", ":", StringComparison.Ordinal), "7")).GetSection("ActorBalancer"), [Variable]),
            Environment = new Dictionary<string, string> { [Variable] = "7" },
        });
        Assert.Equal(7, configuration.Options.Queue("mail.eu").Attempts);
    }

    private static BalancerOptions Load(Action<BalancerBuilder>? configure, params (string Key, string Value)[] values)
    {
        BalancerBuilder builder = new();
        configure?.Invoke(builder);
        ServiceProvider services = new ServiceCollection().AddSingleton(Of(values)).BuildServiceProvider();
        return builder.Build(services, NullLoggerFactory.Instance, TimeProvider.System).Options;
    }

    private static IConfiguration Of(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => v.Key, v => (string?)v.Value)).Build();
}
