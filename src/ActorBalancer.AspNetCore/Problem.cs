using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore;

/// <summary>A refusal in the form of RFC 9457.</summary>
/// <param name="Type">Names the code as a URI.</param>
/// <param name="Title">The code in words.</param>
/// <param name="Status">As the status line has it.</param>
/// <param name="Code">The stable code.</param>
/// <param name="Detail">A sentence that says what to do.</param>
internal sealed record Problem(string Type, string Title, int Status, string Code, string Detail)
{
    /// <summary>In bulk: the line that was refused.</summary>
    public int? Line { get; init; }

    /// <summary>With <c>conflict</c> over a job: its state.</summary>
    public string? State { get; init; }

    /// <summary>With <c>conflict</c> over a dead job: why it is.</summary>
    public string? Reason { get; init; }

    /// <summary>With <c>not_ready</c> of readiness: all that is missing.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>A fault of this program, which its log has.</summary>
    public static Problem Internal { get; } = new(
        TypeOf("internal"), "Internal error", StatusCodes.Status500InternalServerError, "internal", "This is a fault of the server: its log says more.");

    public static Problem Of(RefusalCode code, string detail) => new(TypeOf(code.Word()), TitleOf(code), code.HttpStatus(), code.Word(), detail);

    /// <summary>Seconds after which it is worth to try again; null: the same request will be refused again.</summary>
    public static string? RetryAfter(string code) => code switch
    {
        "queue_full" or "rate_limited" or "store_unavailable" or "outcome_unknown" or "not_ready" => "1",
        // Somebody has to make room first.
        "store_full" => "10",
        _ => null,
    };

    private static string TypeOf(string word) => "urn:actorbalancer:" + word;

    private static string TitleOf(RefusalCode code) => code switch
    {
        RefusalCode.Invalid => "The request is not valid",
        RefusalCode.Forbidden => "The request is forbidden",
        RefusalCode.NotFound => "Not found",
        RefusalCode.Method => "Method not allowed",
        RefusalCode.Conflict => "Not in this state",
        RefusalCode.TooLarge => "Too large",
        RefusalCode.MediaType => "Media type not supported",
        RefusalCode.UnknownKind => "Unknown kind",
        RefusalCode.QueueFull => "The queue is full",
        RefusalCode.RateLimited => "Too many",
        RefusalCode.StoreFull => "The store is full",
        RefusalCode.StoreUnavailable => "The store is away",
        RefusalCode.OutcomeUnknown => "The outcome is unknown",
        RefusalCode.NotReady => "Not ready",
        _ => "Refused",
    };
}
