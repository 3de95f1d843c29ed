using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>A job with all that is known of it.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Kind">The stable name of its type.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Source">Affinity and order key.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Reason">Why it is dead.</param>
/// <param name="Waiting">Why it waits, if something else than a free slot is missing.</param>
/// <param name="Attempt">The newest attempt that started; 0 if none did.</param>
/// <param name="Worker">The newest attempt's.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="StartedAt">When the newest attempt started.</param>
/// <param name="FinishedAt">When it became final.</param>
/// <param name="Result">The result where it is JSON; the result's own route gives every result's bytes.</param>
/// <param name="ResultBytes">How many bytes the result has, JSON or not; null if there is none.</param>
/// <param name="Error">The newest attempt's.</param>
/// <param name="Attempts">The runs that started, oldest first.</param>
/// <param name="Progress">How far it says that it is, while it runs.</param>
/// <param name="Decisions">Why they went where they went, as long as the router remembers.</param>
internal sealed record JobView(
    string Id, string Kind, string Queue, string Source, string State, string? Reason, string? Waiting, int Attempt, string? Worker,
    string SubmittedAt, string? StartedAt, string? FinishedAt, RawJson Result, int? ResultBytes, string? Error, IReadOnlyList<AttemptView> Attempts,
    ProgressView? Progress, IReadOnlyList<DecisionView> Decisions)
{
    public static JobView Of(JobInfo job) => new(
        job.Id.ToString(), job.Kind, job.Queue, job.Source, Words.Of(job.State), Words.Of(job.Reason), job.Waiting, job.Attempt, job.Worker,
        Rfc3339.Format(job.SubmittedAt), Rfc3339.Format(job.StartedAt), Rfc3339.Format(job.FinishedAt),
        new RawJson(job.Result), job.State == JobState.Succeeded ? job.Result.Length : null, job.Error, [.. job.Attempts.Select(AttemptView.Of)],
        job.Progress is { } progress ? new ProgressView(progress.Fraction, progress.Note) : null, [.. job.Decisions.Select(DecisionView.Of)]);
}
