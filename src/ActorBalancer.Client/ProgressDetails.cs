namespace ActorBalancer.Client;

/// <summary>How far a running job says that it is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Note">In its handler's words; null: none.</param>
public sealed record ProgressDetails(double Fraction, string? Note);
