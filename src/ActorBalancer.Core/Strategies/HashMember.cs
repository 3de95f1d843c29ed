namespace ActorBalancer.Strategies;

/// <summary>What rendezvous hashing knows of a worker: its row, the hash of its name, and its weight in thousandths, above 0.</summary>
internal readonly record struct HashMember(int Row, ulong Id, int Weight);
