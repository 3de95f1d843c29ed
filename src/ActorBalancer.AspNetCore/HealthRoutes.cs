namespace ActorBalancer.AspNetCore;

/// <summary>What probes ask. Neither waits for anything.</summary>
internal static class HealthRoutes
{
    /// <summary>No: restart the process. The store is not looked at: its absence is no reason to.</summary>
    public static Task LivesAsync(ApiCall call) => call.Node.Lives
        ? OkAsync(call)
        : call.RefuseAsync(RefusalCode.NotReady, "The actor system has ended: restart this process.");

    /// <summary>No: send no work here.</summary>
    public static Task IsReadyAsync(ApiCall call)
    {
        IReadOnlyList<string> reasons = call.Node.ReasonsNotReady();
        return reasons.Count == 0
            ? OkAsync(call)
            : call.RefuseAsync(Problem.Of(RefusalCode.NotReady, $"Not now: {string.Join("; ", reasons)}.") with { Reasons = reasons });
    }

    private static Task OkAsync(ApiCall call) => call.AnswerAsync(new ReadinessView(call.Node.Node?.Name, "ok"), PlainJson.Answers.ReadinessView);
}
