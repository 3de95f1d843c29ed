using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Workers;

/// <summary>Workers: look, drain, undrain.</summary>
internal static class WorkerRoutes
{
    public static async Task ListAsync(ApiCall call)
    {
        IReadOnlyList<WorkerInfo> workers = await call.Node.Jobs.ListWorkersAsync(call.Gone);
        await call.AnswerAsync(new ListView<WorkerView>([.. workers.Select(WorkerView.Of)], null), PlainJson.Answers.ListViewWorkerView);
    }

    public static Task DrainAsync(ApiCall call) => SetDrainAsync(call, true);

    public static Task UndrainAsync(ApiCall call) => SetDrainAsync(call, false);

    private static async Task SetDrainAsync(ApiCall call, bool drain)
    {
        if (!await RequestBody.IsNoneAsync(call))
            return;
        string name = call.Values[0];
        await call.Node.Jobs.SetWorkerDrainAsync(name, drain, call.Gone);

        // The newest process of that name: one that is gone may still be listed beside it.
        WorkerInfo? worker = (await call.Node.Jobs.ListWorkersAsync(call.Gone)).Where(w => w.Name == name).MaxBy(w => w.Incarnation);
        if (worker is null)
            await call.RefuseAsync(RefusalCode.NotFound, "There is no such worker: it has left meanwhile.");
        else
            await call.AnswerAsync(WorkerView.Of(worker), PlainJson.Answers.WorkerView);
    }
}
