using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>Why a run went where it went; see <see cref="JobDecision"/>.</summary>
internal sealed record DecisionView(
    int Attempt, string At, string Strategy, string Binding, string Weights, double? WeightsAgeMs, string? Worker, string Why, string? Score,
    IReadOnlyList<CandidateView> Candidates, int LeftOut)
{
    public static DecisionView Of(JobDecision decision) => new(
        decision.Attempt, Rfc3339.Format(decision.At), decision.Strategy, Words.Of(decision.Binding), Words.Of(decision.Weights),
        CandidateView.Ms(decision.WeightsAge), decision.Worker, decision.Why, decision.Score, [.. decision.Candidates.Select(CandidateView.Of)], decision.LeftOut);
}

/// <summary>A worker as the strategy saw it.</summary>
internal sealed record CandidateView(
    string Worker, double? Score, int Load, int Slots, double Weight, double? ViewMs, string? WhyNot, IReadOnlyList<string> Notes)
{
    public static CandidateView Of(DecisionCandidate candidate) => new(
        candidate.Worker, candidate.Score is { } score && double.IsFinite(score) ? score : null, candidate.Load, candidate.Slots, candidate.Weight,
        Ms(candidate.ViewAge), candidate.WhyNot, candidate.Notes);

    public static double? Ms(TimeSpan? age) => age is { } time ? Math.Round(time.TotalMilliseconds, 3) : null;
}
