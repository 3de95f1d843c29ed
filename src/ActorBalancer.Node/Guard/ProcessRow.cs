namespace ActorBalancer.Node.Guard;

/// <summary>A process as the system lists it.</summary>
/// <param name="Process">Its id.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Session">Its session's leader.</param>
/// <param name="Ended">It has ended, and its parent has not yet asked how.</param>
internal readonly record struct ProcessRow(int Process, int Parent, int Session, bool Ended);
