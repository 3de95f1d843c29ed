namespace ActorBalancer.AspNetCore.Events;

/// <summary>The data of an event <c>job</c>: it became final, or waits for another attempt.</summary>
internal sealed record JobEventView(string Id, string Queue, string Kind, string State, string? Worker, string? Reason, string At);
