using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorBalancer.SystemTests.Campaign.Checking;

namespace ActorBalancer.SystemTests.Campaign;

/// <summary>A round in figures. The promise holds where lost, unexpected, overlaps_unexplained and stale_outcomes are 0.</summary>
internal sealed record RoundRow(
    string Fault, int Seed, int Accepted, int Lost, int Unexpected, int Duplicates, int OverlapsExplained, int OverlapsUnexplained, int StaleOutcomes,
    [property: JsonPropertyName("redispatch_ms")] Spread Redispatch, [property: JsonPropertyName("gap_ms")] double Gap,
    [property: JsonPropertyName("drain_ms")] double Drain)
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Json(IEnumerable<RoundRow> rows) => JsonSerializer.Serialize(rows, Snake);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Fault}, seed {Seed}: {Accepted} accepted, {Lost} lost, {Unexpected} unexpected, {Duplicates} duplicate runs, overlaps {OverlapsExplained} explained "
            + $"and {OverlapsUnexplained} not, {StaleOutcomes} stale outcomes; redispatch p50 {Redispatch.P50:0} p95 {Redispatch.P95:0} max {Redispatch.Max:0} ms, "
            + $"longest gap {Gap:0} ms, drained in {Drain:0} ms");
}
