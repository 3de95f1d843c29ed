namespace ActorBalancer.AspNetCore.Events;

/// <summary>The data of an event <c>queue</c>: it was made, or changed to this.</summary>
internal sealed record QueueEventView(string Name, string Change, string Strategy, string Binding, string At);
