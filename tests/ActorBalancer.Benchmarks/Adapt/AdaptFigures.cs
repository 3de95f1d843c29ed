using System.Text.Json.Serialization;

namespace ActorBalancer.Benchmarks.Adapt;

/// <summary>What one side of the comparison did.</summary>
/// <param name="Strategy">Its strategy.</param>
/// <param name="Weights">Where its weights came from.</param>
/// <param name="SlowedBy">How the slow worker was slowed.</param>
/// <param name="Phases">One after the other.</param>
/// <param name="AdaptS">Seconds from the slow-down until the slow worker's share was at most 1.5 times its new fair one; null: it never was.</param>
/// <param name="EjectedS">Seconds from the first failures until the failing worker was ejected; null: it was not.</param>
/// <param name="JoinedS">Seconds from the start of the late worker's process until it had three quarters of its fair share.</param>
/// <param name="RecoverS">Seconds from the end of the slow-down until the worker had half of its fair share again.</param>
/// <param name="Submitted">Jobs.</param>
/// <param name="Unfinished">Of these, those that did not succeed.</param>
internal sealed record AdaptFigures(
    string Strategy, string Weights, string SlowedBy, IReadOnlyList<PhaseFigures> Phases, double? AdaptS, double? EjectedS, double? JoinedS, double? RecoverS,
    int Submitted, int Unfinished);

/// <param name="Name">What holds during it.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Jobs">Submitted in it.</param>
/// <param name="P50Ms">Of these, from accepted to ended.</param>
/// <param name="P99Ms">The same.</param>
/// <param name="Shares">Of the runs that were assigned in it, by worker.</param>
internal sealed record PhaseFigures(string Name, double Seconds, int Jobs, double P50Ms, double P99Ms, IReadOnlyDictionary<string, double> Shares);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<AdaptFigures>))]
[JsonSerializable(typeof(IReadOnlyList<MeterFigures>))]
internal sealed partial class AdaptJson : JsonSerializerContext;
