using System.Globalization;
using ActorBalancer.Cluster.Gateway;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>The jobs that match, newest first, page by page.</summary>
internal static class JobListRoute
{
    private const int LongestPage = 1_000;

    public static string[] Members => ["state", "queue", "kind", "source", "worker", "text", "after", "limit"];

    public static async Task ListAsync(ApiCall call)
    {
        if (Fault(call.Query, out JobFilter filter) is { } fault)
        {
            await call.RefuseAsync(RefusalCode.Invalid, fault);
            return;
        }
        JobPage page = await call.Node.Jobs.ListPageAsync(filter, call.Gone);
        await call.AnswerAsync(new ListView<JobLineView>([.. page.Items.Select(JobLineView.Of)], page.Next?.ToString()), PlainJson.Answers.ListViewJobLineView);
    }

    private static string? Fault(Dictionary<string, string> query, out JobFilter filter)
    {
        filter = new JobFilter
        {
            Queue = query.GetValueOrDefault("queue"),
            Kind = query.GetValueOrDefault("kind"),
            Source = query.GetValueOrDefault("source"),
            Worker = query.GetValueOrDefault("worker"),
            Text = query.GetValueOrDefault("text"),
        };
        if (query.TryGetValue("state", out string? word))
        {
            if (!Words.TryState(word, out JobState state))
                return $"'state' must be one of {string.Join(", ", Words.JobStates)}.";
            filter = filter with { State = state };
        }
        if (query.TryGetValue("after", out string? after))
        {
            if (!JobId.TryParse(after, out JobId id))
                return "'after' must be what 'next' was in the page before.";
            filter = filter with { After = id };
        }
        if (query.TryGetValue("limit", out string? text))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) || limit is < 1 or > LongestPage)
                return $"'limit' must be a whole number, 1 to {LongestPage}.";
            filter = filter with { Limit = limit };
        }
        return null;
    }
}
