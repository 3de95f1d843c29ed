namespace ActorBalancer;

/// <summary>One run of a job that started.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Worker">The worker's name.</param>
/// <param name="StartedAt">By the worker's clock.</param>
/// <param name="FinishedAt">Null while it runs.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">The exception's message or the handler's reason.</param>
/// <param name="Why">The strategy that chose the worker.</param>
public sealed record JobAttempt(
    int Number, string Worker, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, AttemptOutcome Outcome, string? Error, string? Why);
