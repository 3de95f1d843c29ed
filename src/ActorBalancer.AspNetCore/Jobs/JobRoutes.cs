using ActorBalancer.AspNetCore.Reading;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>One job: submit, look, cancel, retry.</summary>
internal static class JobRoutes
{
    public static async Task SubmitAsync(ApiCall call)
    {
        ServedNode node = call.Node;
        if (await RequestBody.ReadAsync(call, BodyLimits.Job(node.Options.Limits)) is not { } body)
            return;
        RefusalCode code = call.JobReader().Read(body, out JobRequest job, out string? detail);
        if (code == RefusalCode.None && node.IsDraining)
            (code, detail) = (RefusalCode.NotReady, ApiCall.Draining);
        if (code != RefusalCode.None)
        {
            await call.RefuseAsync(code, detail!);
            return;
        }

        // The caller may hang up: a job that is on its way is accepted all the same, so nothing is given up by waiting.
        (JobId id, bool isKnown) = await node.Jobs.SubmitKeyedAsync(job, CancellationToken.None);
        JobState state = job.RunAt > node.Clock.GetUtcNow() ? JobState.Scheduled : JobState.Waiting;
        if (isKnown)
            state = await StateAsync(node, id) ?? state;
        call.Context.Response.Headers.Location = $"{call.Base}/v1/jobs/{id}";
        await call.AnswerAsync(new SubmittedView(id.ToString(), Words.Of(state), job.Queue), PlainJson.Answers.SubmittedView,
            isKnown ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    /// <summary>Null where that cannot be found out now; the submit is answered all the same.</summary>
    private static async Task<JobState?> StateAsync(ServedNode node, JobId id)
    {
        try
        {
            return (await node.Jobs.GetAsync(id, CancellationToken.None))?.State;
        }
        catch (JobRefusedException)
        {
            return null;
        }
    }

    public static async Task ShowAsync(ApiCall call)
    {
        if (await FindAsync(call) is { } job)
            await call.AnswerAsync(JobView.Of(job), PlainJson.Answers.JobView);
    }

    public static Task CancelAsync(ApiCall call) => ActAsync(call, id => call.Node.Jobs.CancelAsync(id, call.Gone));

    public static Task RetryAsync(ApiCall call) => ActAsync(call, id => call.Node.Jobs.RetryAsync(id, call.Gone));

    /// <summary>The job that the path names, or null: the call has been refused.</summary>
    public static async Task<JobInfo?> FindAsync(ApiCall call)
    {
        JobInfo? job = JobId.TryParse(call.Values[0], out JobId id) ? await call.Node.Jobs.GetAsync(id, call.Gone) : null;
        if (job is null)
            await call.RefuseAsync(RefusalCode.NotFound, NoJob);
        return job;
    }

    private const string NoJob = "There is no such job: look at the id, or it is no longer kept.";

    private static async Task ActAsync(ApiCall call, Func<JobId, Task> act)
    {
        if (!await RequestBody.IsNoneAsync(call))
            return;
        if (!JobId.TryParse(call.Values[0], out JobId id))
        {
            await call.RefuseAsync(RefusalCode.NotFound, NoJob);
            return;
        }
        try
        {
            await act(id);
        }
        catch (JobRefusedException refused) when (refused.Code == RefusalCode.Conflict)
        {
            JobInfo? now = await call.Node.Jobs.GetAsync(id, call.Gone);
            Problem problem = Problem.Of(refused.Code, ApiCall.DetailOf(refused));
            await call.RefuseAsync(problem with { State = now is null ? null : Words.Of(now.State), Reason = now is null ? null : Words.Of(now.Reason) });
            return;
        }
        await ShowAsync(call);
    }
}
