namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>How far a running job says that it is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Note">In its handler's words.</param>
internal sealed record ProgressView(double Fraction, string? Note);
