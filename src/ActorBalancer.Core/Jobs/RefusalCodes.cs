namespace ActorBalancer;

/// <summary>The words of the codes.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Not a refusal code."),
    };
}
