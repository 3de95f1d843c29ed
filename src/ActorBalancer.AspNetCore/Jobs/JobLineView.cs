using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>A job in a list: without its result and attempts.</summary>
internal sealed record JobLineView(
    string Id, string Kind, string Queue, string Source, string State, string? Reason, string? Waiting, int Attempt, string? Worker,
    string SubmittedAt, string? StartedAt, string? FinishedAt, string? Error)
{
    public static JobLineView Of(JobInfo job) => new(
        job.Id.ToString(), job.Kind, job.Queue, job.Source, Words.Of(job.State), Words.Of(job.Reason), job.Waiting, job.Attempt, job.Worker,
        Rfc3339.Format(job.SubmittedAt), Rfc3339.Format(job.StartedAt), Rfc3339.Format(job.FinishedAt), job.Error);
}
