using System.Text.Json;
using ActorBalancer.Intake;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Reads one job from JSON, by hand: a serializer takes repeated members, and would not leave the payload as it is.</summary>
internal sealed class JobReader(int payloadLimit, string source, TimeProvider clock)
{
    private const string Known = "kind, payload, queue, source, priority, delay, run_at, time_limit, attempts and key";
    private const int LongestShown = 64;
    private static readonly string[] ServersOwn =
        ["id", "state", "reason", "attempt", "worker", "submitted_at", "started_at", "finished_at", "result", "error"];

    /// <summary>None, or the code with a sentence that says what to do.</summary>
    /// <param name="text">The whole text; the request keeps a part of it.</param>
    /// <param name="job">Checked, and ready to be submitted.</param>
    /// <param name="detail">Of a refusal.</param>
    public RefusalCode Read(ReadOnlyMemory<byte> text, out JobRequest job, out string? detail)
    {
        job = null!;
        detail = StrictJson.Fault(text.Span);
        if (detail is not null)
            return RefusalCode.Invalid;
        Members members = new();
        detail = members.Read(text);
        if (detail is not null)
            return RefusalCode.Invalid;

        job = new JobRequest
        {
            Kind = members.Kind!,
            Payload = members.Payload,
            Queue = members.Queue ?? "default",
            Source = members.Source ?? source,
            Priority = members.Priority ?? JobKey.DefaultPriority,
            RunAt = members.Delay is { } delay ? clock.GetUtcNow() + delay : members.RunAt,
            TimeLimit = members.TimeLimit,
            Attempts = members.Attempts,
            Key = members.Key,
        };
        if (job.Key is not null)
            job = job with { Fingerprint = JobFingerprint.Of(job, members.Source, members.Delay) };
        return JobRequestValidator.Check(job, payloadLimit, out detail);
    }

    private sealed class Members
    {
        private readonly HashSet<string> _seen = [];

        public string? Kind { get; private set; }
        public ReadOnlyMemory<byte> Payload { get; private set; }
        public string? Queue { get; private set; }
        public string? Source { get; private set; }
        public string? Key { get; private set; }
        public int? Priority { get; private set; }
        public int? Attempts { get; private set; }
        public TimeSpan? Delay { get; private set; }
        public TimeSpan? TimeLimit { get; private set; }
        public DateTimeOffset? RunAt { get; private set; }

        public string? Read(ReadOnlyMemory<byte> text)
        {
            Utf8JsonReader reader = new(text.Span, StrictJson.Options);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                if (!_seen.Add(name))
                    return $"'{name}' stands there twice: leave one out.";
                if (Member(name, ref reader, text) is { } fault)
                    return fault;
            }
            if (Kind is null)
                return "'kind' is missing: name the job's type.";
            if (!_seen.Contains("payload"))
                return "'payload' is missing: give the argument as any JSON value, {} where there is none.";
            return Delay is not null && RunAt is not null ? "'delay' and 'run_at' are both set: leave one out." : null;
        }

        private string? Member(string name, ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
        {
            switch (name)
            {
                case "payload":
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    Payload = text[start..(int)reader.BytesConsumed];
                    return null;
                case "kind": return JsonMember.Text(name, ref reader, v => Kind = v);
                case "queue": return JsonMember.Text(name, ref reader, v => Queue = v);
                case "source": return JsonMember.Text(name, ref reader, v => Source = v);
                case "priority": return JsonMember.Whole(name, ref reader, 0, JobKey.HighestPriority, v => Priority = v);
                case "attempts": return JsonMember.Whole(name, ref reader, 1, JobRequestValidator.MaxAttempts, v => Attempts = v);
                case "delay": return JsonMember.Seconds(name, ref reader, JobRequestValidator.MaxDelay, mayBeZero: true, v => Delay = v);
                case "time_limit": return JsonMember.Seconds(name, ref reader, JobRequestValidator.MaxTimeLimit, mayBeZero: false, v => TimeLimit = v);
                case "run_at": return JsonMember.Time(name, ref reader, v => RunAt = v);
                case "key": return JsonMember.Text(name, ref reader, v => Key = v);
                default: return Unknown(name);
            }
        }

        private static string Unknown(string name)
        {
            if (Array.IndexOf(ServersOwn, name) >= 0)
                return $"'{name}' is the server's to set: leave it out.";
            string found = name.Length <= LongestShown ? $"'{name}' is no member of a job" : "There is a member that a job does not have";
            return $"{found}: it has {Known}, written like this.";
        }
    }
}
