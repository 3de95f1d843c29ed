using ActorBalancer.Intake;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>Makes a request of a kind, a payload and options.</summary>
internal static class Requests
{
    /// <summary>None, or why the options are refused as a whole. What a request itself says wrong is the validator's to find.</summary>
    public static RefusalCode Make(string kind, byte[] payload, SubmitOptions options, TimeProvider clock, out JobRequest request, out string? detail)
    {
        RefusalCode code = JobRequestValidator.Check(options, out detail);
        request = new JobRequest
        {
            Kind = kind,
            Payload = payload,
            Queue = options.Queue,
            Source = options.Source,
            Priority = options.Priority,
            RunAt = code == RefusalCode.None && options.Delay is { } delay ? clock.GetUtcNow() + delay : options.RunAt,
            TimeLimit = options.TimeLimit,
            Attempts = options.Attempts,
            Key = options.Key,
        };
        if (options.Key is not null)
            request = request with { Fingerprint = JobFingerprint.Of(request, options.Source, options.Delay) };
        return code;
    }
}
