namespace ActorBalancer;

/// <summary>
/// Names one run of one job, new for every assignment, and is the only thing that an outcome is matched by: the router
/// node's incarnation, the slot of its in-flight table, and how often that slot was used.
/// </summary>
internal readonly record struct RunToken(long Incarnation, int Slot, int Generation);
