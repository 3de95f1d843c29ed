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
            Choices = Value(config, "choices", "a whole number", key => config.GetInt(key, defaults.Choices)),
            LoadFactor = Value<double?>(config, "load-factor", "a number", key => config.HasPath(key) ? config.GetDouble(key) : null),
            Weights = Weights(config, "weights"),
            RoleWeights = Weights(config, "role-weights"),
            Metrics = Value(config, "metrics", "on or off", key => config.GetBoolean(key, defaults.Metrics)),
            AskExpiry = Value(config, "ask-expiry", "a time such as 60s", key => config.GetTimeSpan(key, defaults.AskExpiry, allowInfinite: false)),
        };
        read.Check();
        return read;
    }

    /// <summary>Akka says what is wrong with a value, but not whose value it is.</summary>
    private static T Value<T>(Config config, string key, string wanted, Func<string, T> read)
    {
        try
        {
            return read(key);
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException)
        {
            throw new ConfigurationException($"{key} = {config.GetString(key)}: must be {wanted}", e);
        }
    }

    private static Dictionary<string, double> Weights(Config config, string path)
    {
        if (!config.HasPath(path))
            return [];
        HoconObject block = config.GetValue(path).GetObject()
            ?? throw new ConfigurationException($"{path} = {config.GetString(path)}: must be a block of names and numbers, {path} {{ \"name\" = 2 }}");
        return block.Items.ToDictionary(i => i.Key, i => Number(path, i.Key, i.Value));
    }

    private static double Number(string path, string key, HoconValue value) =>
        double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new ConfigurationException($"{path}.\"{key}\" = {value.GetString()}: must be a number; a name with dots is written in quotes");
}
