namespace ActorBalancer;

/// <summary>How far a run says that it is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Note">In the handler's own words; null: none.</param>
public sealed record JobProgress(double Fraction, string? Note);
