namespace ActorBalancer.Node.Map;

/// <summary>One line or part of standard input.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Bytes">Without what ended it; cut where it is too long.</param>
/// <param name="TooLong">No program can be given it.</param>
internal sealed record MapItem(long Index, byte[] Bytes, bool TooLong);
