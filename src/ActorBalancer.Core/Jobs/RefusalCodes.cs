namespace ActorBalancer;

/// <summary>The words of the codes, and what they are over HTTP.</summary>
public static class RefusalCodes
{
    /// <summary>The stable word, for example <c>queue_full</c>; empty for <see cref="RefusalCode.None"/>.</summary>
    public static string Word(this RefusalCode code) => code switch
    {
        RefusalCode.None => "",
        RefusalCode.Invalid => "invalid",
        RefusalCode.NotFound => "not_found",
        RefusalCode.Conflict => "conflict",
        RefusalCode.TooLarge => "too_large",
        RefusalCode.UnknownKind => "unknown_kind",
        RefusalCode.QueueFull => "queue_full",
        RefusalCode.StoreUnavailable => "store_unavailable",
        RefusalCode.OutcomeUnknown => "outcome_unknown",
        RefusalCode.NotReady => "not_ready",
        RefusalCode.Unauthenticated => "unauthenticated",
        RefusalCode.Forbidden => "forbidden",
        RefusalCode.Method => "method",
        RefusalCode.KeyReused => "key_reused",
        RefusalCode.Stale => "stale",
        RefusalCode.MediaType => "media_type",
        RefusalCode.RateLimited => "rate_limited",
        RefusalCode.StoreFull => "store_full",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Not a refusal code."),
    };

    /// <summary>The status of an HTTP answer with this code; 200 for <see cref="RefusalCode.None"/>.</summary>
    public static int HttpStatus(this RefusalCode code) => code switch
    {
        RefusalCode.None => 200,
        RefusalCode.Invalid => 400,
        RefusalCode.Unauthenticated => 401,
        RefusalCode.Forbidden => 403,
        RefusalCode.NotFound => 404,
        RefusalCode.Method => 405,
        RefusalCode.Conflict or RefusalCode.KeyReused or RefusalCode.Stale => 409,
        RefusalCode.TooLarge => 413,
        RefusalCode.MediaType => 415,
        RefusalCode.UnknownKind => 422,
        RefusalCode.QueueFull or RefusalCode.RateLimited => 429,
        RefusalCode.StoreUnavailable or RefusalCode.OutcomeUnknown or RefusalCode.NotReady => 503,
        RefusalCode.StoreFull => 507,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Not a refusal code."),
    };
}
