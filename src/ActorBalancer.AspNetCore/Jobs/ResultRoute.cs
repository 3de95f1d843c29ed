using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>The bytes of a result, as soon as they are there.</summary>
internal static class ResultRoute
{
    private const int LongestWait = 60;

    public static async Task ShowAsync(ApiCall call)
    {
        TimeSpan wait = default;
        if (call.Query.TryGetValue("wait", out string? text) && !TryWait(text, out wait))
        {
            await call.RefuseAsync(RefusalCode.Invalid, $"'wait' must be a number of seconds, 0 to {LongestWait}.");
            return;
        }
        if (await JobRoutes.FindAsync(call) is not { } job)
            return;
        if (!Words.IsFinal(job.State) && wait > TimeSpan.Zero)
        {
            if (await WaitAsync(call, job.Id, wait) is { } result)
            {
                await AnswerAsync(call, result.State, result.Reason, result.Result);
                return;
            }
            if (await JobRoutes.FindAsync(call) is not { } now)
                return;
            job = now;
        }
        if (Words.IsFinal(job.State))
            await AnswerAsync(call, job.State, job.Reason, job.Result);
        else
            await call.AnswerAsync(new UnfinishedView(job.Id.ToString(), Words.Of(job.State)), PlainJson.Answers.UnfinishedView, StatusCodes.Status202Accepted);
    }

    /// <summary>Null: it is not final yet.</summary>
    private static async Task<JobResult?> WaitAsync(ApiCall call, JobId id, TimeSpan wait)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(call.Gone, call.Node.Closing);
        enough.CancelAfter(wait);
        try
        {
            return await call.Node.Jobs.WaitAsync(id, enough.Token);
        }
        catch (OperationCanceledException) when (!call.Gone.IsCancellationRequested && !call.Node.Closing.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Task AnswerAsync(ApiCall call, JobState state, DeadReason reason, ReadOnlyMemory<byte> result)
    {
        if (state == JobState.Succeeded)
            return call.WriteAsync(result, "application/octet-stream", StatusCodes.Status200OK);
        string word = Words.Of(state);
        Problem problem = Problem.Of(RefusalCode.Conflict, $"The job has no result: it is {word}.");
        return call.RefuseAsync(problem with { State = word, Reason = Words.Of(reason) });
    }

    private static bool TryWait(string text, out TimeSpan wait)
    {
        bool isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds);
        bool isWait = isNumber && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]) && seconds <= LongestWait;
        wait = isWait ? TimeSpan.FromSeconds((double)seconds) : default;
        return isWait;
    }
}
