using ActorBalancer.AspNetCore.Reading;
using ActorBalancer.Cluster.Gateway;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>Many jobs, one a line, accepted a thousand at a time: all of a thousand or none. Ends at the first bad line.</summary>
internal static class BulkRoute
{
    private const string NoLine = "The line is empty: write one job a line, and nothing else.";

    public static async Task SubmitAsync(ApiCall call)
    {
        ServedNode node = call.Node;
        HttpRequest request = call.Context.Request;
        long bodyLimit = BodyLimits.Bulk(node.Options.Limits);
        if (MediaType.Fault(request, MediaType.Lines) is { } fault)
        {
            await call.RefuseAsync(RefusalCode.MediaType, fault);
            return;
        }
        BulkAnswer answer = new(call);
        if (request.ContentLength > bodyLimit)
        {
            await answer.RefuseAsync(1, RefusalCode.TooLarge, $"A bulk may have {bodyLimit} bytes: send it in parts.");
            return;
        }

        LineReader lines = new(request.BodyReader, BodyLimits.Job(node.Options.Limits), bodyLimit);
        JobReader reader = call.JobReader();
        List<JobRequest> jobs = new(BodyLimits.LinesAtOnce);
        int before = 0;
        while (true)
        {
            (RefusalCode code, string? detail, bool isLast) = await FillAsync(jobs, before == 0, lines, reader, call.Gone);
            if (node.IsDraining && jobs.Count > 0)
                (jobs, code, detail) = ([], RefusalCode.NotReady, ApiCall.Draining);
            WholeAnswer whole;
            try
            {
                whole = jobs.Count == 0
                    ? WholeAnswer.Nothing
                    : await node.Jobs.SubmitWholeAsync(jobs, onlyAsk: code != RefusalCode.None, CancellationToken.None);
            }
            catch (JobRefusedException refused)
            {
                // The node ends in the middle: what was answered holds, and these lines are named.
                await answer.RefuseAsync(before + 1, refused.Code, refused.Message);
                return;
            }
            if (whole.Code != RefusalCode.None)
            {
                await answer.RefuseAsync(before + whole.Row + 1, whole.Code, whole.Detail!);
                return;
            }
            if (code != RefusalCode.None)
            {
                await answer.RefuseAsync(before + jobs.Count + 1, code, detail!);
                return;
            }
            await answer.AcceptAsync(whole.Ids);
            if (isLast)
            {
                await answer.EndAsync();
                return;
            }
            before += jobs.Count;
            jobs = new(BodyLimits.LinesAtOnce);
        }
    }

    /// <summary>Reads the next thousand; a code belongs to the line behind those that were read.</summary>
    private static async Task<(RefusalCode Code, string? Detail, bool IsLast)> FillAsync(
        List<JobRequest> jobs, bool isFirst, LineReader lines, JobReader reader, CancellationToken gone)
    {
        while (jobs.Count < BodyLimits.LinesAtOnce)
        {
            if (await lines.NextAsync(gone) is not { } line)
            {
                if (lines.TooLarge is { } fault)
                    return (RefusalCode.TooLarge, fault, true);
                return isFirst && jobs.Count == 0 ? (RefusalCode.Invalid, "There is no line: write one job a line.", true) : (RefusalCode.None, null, true);
            }
            if (line.Length == 0)
                return (RefusalCode.Invalid, NoLine, true);
            RefusalCode code = reader.Read(line, out JobRequest job, out string? detail);
            if (code != RefusalCode.None)
                return (code, detail, true);
            jobs.Add(job);
        }
        return (RefusalCode.None, null, false);
    }
}
