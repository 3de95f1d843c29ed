using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>One run that started.</summary>
internal sealed record AttemptView(int N, string Worker, string StartedAt, string? FinishedAt, string? Outcome, string? Error, string? Why)
{
    public static AttemptView Of(JobAttempt attempt) => new(
        attempt.Number, attempt.Worker, Rfc3339.Format(attempt.StartedAt), Rfc3339.Format(attempt.FinishedAt),
        Words.Of(attempt.Outcome), attempt.Error, attempt.Why);
}
