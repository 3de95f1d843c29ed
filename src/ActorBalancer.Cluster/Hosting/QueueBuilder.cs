using System.Globalization;
using ActorBalancer.Options;
using ActorBalancer.Strategies;

namespace ActorBalancer;

/// <summary>Sets one queue in code as the configuration does by file; what is not set stays as configured.</summary>
public sealed class QueueBuilder
{
    private readonly string _prefix;
    private readonly List<KeyValuePair<string, string>> _values;

    internal QueueBuilder(string name, List<KeyValuePair<string, string>> values)
    {
        _prefix = $"actorbalancer.queues.\"{name}\".";
        _values = values;
    }

    /// <summary>Who gets the next job, such as <c>least-connections</c>.</summary>
    public QueueBuilder Strategy(string id) => Set("strategy", id);

    /// <summary>When a job is bound to its worker.</summary>
    public QueueBuilder Binding(Binding binding) => Set("binding", binding == Strategies.Binding.Early ? "early" : "late");

    /// <summary>Where the weights of workers come from.</summary>
    public QueueBuilder Weights(WeightSource source) => Set("weights", source == WeightSource.Learned ? "learned" : "static");

    /// <summary>What runs strictly one after another.</summary>
    public QueueBuilder Order(QueueOrder order) => Set("order", order == QueueOrder.Source ? "source" : "none");

    /// <summary>How often a job may run, 1 to 1,000.</summary>
    public QueueBuilder Attempts(int attempts) => Set("attempts", attempts.ToString(CultureInfo.InvariantCulture));

    /// <summary>How long one attempt may run, 1 ms to 7 days.</summary>
    public QueueBuilder TimeLimit(TimeSpan limit) => Set("time-limit", OptionText.Of(limit));

    /// <summary>The first wait before a retry, doubled with each attempt up to the cap.</summary>
    public QueueBuilder Backoff(TimeSpan first, TimeSpan cap) => Set("backoff.first", OptionText.Of(first)).Set("backoff.cap", OptionText.Of(cap));

    private QueueBuilder Set(string key, string value)
    {
        _values.Add(new(_prefix + key, value));
        return this;
    }
}
