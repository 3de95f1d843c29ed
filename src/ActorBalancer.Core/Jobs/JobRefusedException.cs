namespace ActorBalancer;

/// <summary>A submit, cancel or look-up was refused; nothing was changed unless the code is <see cref="RefusalCode.OutcomeUnknown"/>.</summary>
public sealed class JobRefusedException : Exception
{
    /// <summary>Makes one from the code and a sentence that says what to do.</summary>
    public JobRefusedException(RefusalCode code, string detail)
        : base($"{code.Word()}: {detail}") => Code = code;

    /// <summary>The stable code.</summary>
    public RefusalCode Code { get; }
}
