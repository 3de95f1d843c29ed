using ActorBalancer.Strategies;

namespace ActorBalancer.AspNetCore;

/// <summary>The words by which the API calls states, and back.</summary>
internal static class Words
{
    private static readonly Dictionary<string, JobState> States = Enum.GetValues<JobState>().ToDictionary(Of);
    private static readonly Dictionary<string, Binding> Bindings = Enum.GetValues<Binding>().ToDictionary(Of);

    private static readonly Dictionary<string, WeightSource> Sources = Enum.GetValues<WeightSource>().ToDictionary(Of);

    public static IEnumerable<string> JobStates => States.Keys;

    public static string Of(JobState state) => Lower(state);

    public static string Of(WorkerState state) => Lower(state);

    public static string Of(Binding binding) => Lower(binding);

    public static string Of(WeightSource weights) => Lower(weights);

    /// <summary>Null: it is not dead.</summary>
    public static string? Of(DeadReason reason) => reason == DeadReason.None ? null : Lower(reason);

    /// <summary>Null: it still runs.</summary>
    public static string? Of(AttemptOutcome outcome) => outcome == AttemptOutcome.None ? null : Lower(outcome);

    public static bool TryState(string word, out JobState state) => States.TryGetValue(word, out state);

    public static bool TryWeights(string word, out WeightSource weights) => Sources.TryGetValue(word, out weights);

    public static bool TryBinding(string word, out Binding binding) => Bindings.TryGetValue(word, out binding);

    public static bool IsFinal(JobState state) => state is JobState.Succeeded or JobState.Discarded or JobState.Cancelled or JobState.Dead;

    // All of them are single words.
    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
