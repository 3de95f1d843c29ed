namespace ActorBalancer.AspNetCore.Events;

/// <summary>The data of an event <c>worker</c>: its state changed.</summary>
internal sealed record WorkerEventView(string Name, string State, string At);
