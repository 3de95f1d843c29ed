using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>What one strategy of a lane sees, from its start until it is replaced: its settings, and its workers as it saw them last.</summary>
internal sealed class StrategyView(int number, QueueState queue, int kind, Candidates candidates, IBalancingStrategy picker)
{
    /// <summary>Among those of its router.</summary>
    public int Number { get; } = number;

    public int Kind { get; } = kind;

    public string Strategy { get; } = queue.Strategy;

    public Binding Binding { get; } = queue.Binding;

    public WeightSource Weights { get; } = queue.Weights;

    public Candidates Candidates { get; } = candidates;

    public IBalancingStrategy Picker { get; } = picker;

    /// <summary>For <see cref="JobEntry.Why"/>.</summary>
    public byte Word { get; } = WhyWord.Of(queue.Strategy);

    /// <summary>By fleet row.</summary>
    public RowView[] Rows { get; set; } = [];
}
