using System.Globalization;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorBalancer.Cluster.Routing;

/// <summary>Reads a router's deployment block.</summary>
internal static class RoutingConfig
{
    /// <exception cref="ConfigurationException">Something is wrong: the ActorSystem does not start.</exception>
    public static RoutingOptions Read(Config config)
    {
        RoutingOptions defaults = new();
        RoutingOptions read = new()
        {
            Strategy = config.GetString("strategy", defaults.Strategy),
            Choices = config.GetInt("choices", defaults.Choices),
            LoadFactor = config.HasPath("load-factor") ? config.GetDouble("load-factor") : null,
            Weights = Weights(config, "weights"),
            RoleWeights = Weights(config, "role-weights"),
            Metrics = config.GetBoolean("metrics", defaults.Metrics),
            AskExpiry = config.GetTimeSpan("ask-expiry", defaults.AskExpiry, allowInfinite: false),
        };
        read.Check();
        return read;
    }

    private static Dictionary<string, double> Weights(Config config, string path)
    {
        if (!config.HasPath(path) || config.GetValue(path).GetObject() is not { } block)
            return [];
        return block.Items.ToDictionary(i => i.Key, i => Number(path, i.Key, i.Value));
    }

    private static double Number(string path, string key, HoconValue value) =>
        double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new ConfigurationException($"{path}.\"{key}\" = {value.GetString()}: must be a number");
}
