namespace ActorBalancer.Storage;

/// <summary>How long finished jobs stay readable at least, by the store's clock.</summary>
/// <param name="Succeeded">Succeeded, discarded and cancelled ones.</param>
/// <param name="Dead">Dead ones.</param>
internal readonly record struct Retention(TimeSpan Succeeded, TimeSpan Dead);
