using System.Globalization;
using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Queues;

/// <summary>Queues: look, change, pause, resume.</summary>
internal static class QueueRoutes
{
    private const int UsualChanges = 100;
    private const int MostChanges = 500;

    public static async Task ListAsync(ApiCall call)
    {
        IReadOnlyList<QueueInfo> queues = await call.Node.Jobs.ListQueuesAsync(call.Gone);
        await call.AnswerAsync(new ListView<QueueView>([.. queues.Select(QueueView.Of)], null), PlainJson.Answers.ListViewQueueView);
    }

    public static async Task ShowAsync(ApiCall call)
    {
        if (await FindAsync(call) is { } queue)
            await call.AnswerAsync(QueueView.Of(queue), PlainJson.Answers.QueueView);
    }

    public static async Task ChangeAsync(ApiCall call)
    {
        if (await RequestBody.ReadAsync(call, BodyLimits.Change) is not { } body)
            return;
        QueueChange change = new();
        string? fault = change.Read(body);
        if (await FindAsync(call) is not { } queue)
            return;
        if (fault is not null)
        {
            await call.RefuseAsync(RefusalCode.Invalid, fault);
            return;
        }

        await call.Node.Jobs.SetQueueAsync(queue.Name, change.Strategy, change.Binding, paused: null, change.Weights, call.Gone);
        await ShowAsync(call);
    }

    public static async Task WeightsAsync(ApiCall call)
    {
        int changes = UsualChanges;
        if (call.Query.TryGetValue("limit", out string? text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out changes) || changes is < 1 or > MostChanges))
        {
            await call.RefuseAsync(RefusalCode.Invalid, $"'limit' must be a whole number, 1 to {MostChanges}.");
            return;
        }
        if (await FindAsync(call) is { } queue)
            await call.AnswerAsync(WeightsView.Of(await call.Node.Jobs.QueueWeightsAsync(queue.Name, changes, call.Gone)), PlainJson.Answers.WeightsView);
    }

    public static Task PauseAsync(ApiCall call) => SetPausedAsync(call, true);

    public static Task ResumeAsync(ApiCall call) => SetPausedAsync(call, false);

    private static async Task SetPausedAsync(ApiCall call, bool paused)
    {
        if (!await RequestBody.IsNoneAsync(call))
            return;
        if (await FindAsync(call) is not { } queue)
            return;
        await call.Node.Jobs.SetQueueAsync(queue.Name, strategy: null, binding: null, paused, weights: null, call.Gone);
        await ShowAsync(call);
    }

    /// <summary>The queue that the path names, or null: the call has been refused.</summary>
    private static async Task<QueueInfo?> FindAsync(ApiCall call)
    {
        string name = call.Values[0];
        QueueInfo? queue = await call.Node.Jobs.FindQueueAsync(name, call.Gone);
        if (queue is null)
            await call.RefuseAsync(RefusalCode.NotFound, "There is no such queue: a queue exists from its first job.");
        return queue;
    }
}
