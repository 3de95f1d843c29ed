using System.Text.Json;
using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <param name="N">From 1.</param>
/// <param name="Worker">Where it ran.</param>
/// <param name="Outcome">Null: it runs.</param>
internal sealed record HistoryAttempt(int N, string Worker, string? Outcome);

/// <summary>A job as the system tells of it.</summary>
/// <param name="Id">The public id.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it is dead.</param>
/// <param name="Attempts">Oldest first.</param>
/// <param name="Result">Of a job that succeeded.</param>
internal sealed record JobHistory(string Id, string State, string? Reason, IReadOnlyList<HistoryAttempt> Attempts, CampaignResult? Result)
{
    /// <summary>When it became final, by the wall clock.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    public const string Succeeded = "succeeded";

    public bool IsFinal => State is Succeeded or "discarded" or "cancelled" or "dead";

    public static JobHistory Parse(JsonElement job) => new(
        job.GetProperty("id").GetString()!,
        job.GetProperty("state").GetString()!,
        job.GetProperty("reason").GetString(),
        [.. job.GetProperty("attempts").EnumerateArray().Select(a =>
            new HistoryAttempt(a.GetProperty("n").GetInt32(), a.GetProperty("worker").GetString()!, a.GetProperty("outcome").GetString()))],
        job.GetProperty("result") is { ValueKind: JsonValueKind.Object } result ? result.Deserialize<CampaignResult>(JsonSerializerOptions.Web) : null)
    {
        FinishedAt = job.GetProperty("finished_at") is { ValueKind: JsonValueKind.String } at ? at.GetDateTimeOffset() : null,
    };

    public override string ToString() =>
        $"{State}{(Reason is null ? "" : $" ({Reason})")} {string.Join(", ", Attempts.Select(a => $"{a.N} {a.Worker} {a.Outcome ?? "runs"}"))}; result {Result}";
}
