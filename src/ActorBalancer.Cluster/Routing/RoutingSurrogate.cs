namespace ActorBalancer.Cluster.Routing;

/// <summary>The options of a router that is deployed on another node, but for the extractor, which cannot travel: say it by envelopes there.</summary>
internal sealed class RoutingSurrogate
{
    public string Strategy { get; set; } = new RoutingOptions().Strategy;

    public int Choices { get; set; }

    public double? LoadFactor { get; set; }

    public Dictionary<string, double> Weights { get; set; } = [];

    public Dictionary<string, double> RoleWeights { get; set; } = [];

    public bool Metrics { get; set; }

    public TimeSpan AskExpiry { get; set; }

    public static RoutingSurrogate Of(RoutingOptions options) => new()
    {
        Strategy = options.Strategy,
        Choices = options.Choices,
        LoadFactor = options.LoadFactor,
        Weights = new(options.Weights),
        RoleWeights = new(options.RoleWeights),
        Metrics = options.Metrics,
        AskExpiry = options.AskExpiry,
    };

    public RoutingOptions Read() => new()
    {
        Strategy = Strategy,
        Choices = Choices,
        LoadFactor = LoadFactor,
        Weights = Weights,
        RoleWeights = RoleWeights,
        Metrics = Metrics,
        AskExpiry = AskExpiry,
    };
}
