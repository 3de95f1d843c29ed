using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ActorBalancer.Storage.Rows;

/// <summary>
/// The runs of a job that did not end it, oldest first, as text: a line a run, a JSON list of number, worker, start, end, outcome,
/// error and strategy. Text that only grows at its end, so a run costs no look at those before it; few jobs have any.
/// </summary>
internal static class RunHistory
{
    public static string Line(in OutcomeRow row) =>
        Line(row.Attempt, row.Worker, row.StartedUnixMs, row.FinishedUnixMs, row.Outcome, row.Error, row.Why);

    public static string Line(int number, string worker, long startedUnixMs, long endedUnixMs, AttemptOutcome outcome, string? error, string? why)
    {
        ArrayBufferWriter<byte> bytes = new(128);
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartArray();
            json.WriteNumberValue(number);
            json.WriteStringValue(worker);
            json.WriteNumberValue(startedUnixMs);
            json.WriteNumberValue(endedUnixMs);
            json.WriteNumberValue((int)outcome);
            json.WriteStringValue(error);
            json.WriteStringValue(why);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    public static List<JobAttempt> Read(string? history)
    {
        List<JobAttempt> runs = [];
        if (history is null)
            return runs;
        foreach (ReadOnlySpan<char> line in history.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty)
                continue;
            using JsonDocument json = JsonDocument.Parse(line.ToString());
            JsonElement run = json.RootElement;
            runs.Add(new JobAttempt(
                run[0].GetInt32(),
                run[1].GetString() ?? "",
                DateTimeOffset.FromUnixTimeMilliseconds(run[2].GetInt64()),
                DateTimeOffset.FromUnixTimeMilliseconds(run[3].GetInt64()),
                (AttemptOutcome)run[4].GetInt32(),
                run[5].GetString(),
                run[6].GetString()));
        }
        return runs;
    }
}
