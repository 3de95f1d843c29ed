namespace ActorBalancer;

/// <summary>
/// The key of a job is its place in the dispatch order: queue, then priority (higher sooner), then the sequence in which
/// the queue's owner accepted it. Bits, from the top: 1 zero, 11 queue number, 4 inverted priority, 48 sequence.
/// </summary>
internal static class JobKey
{
    public const int SequenceBits = 48;
    public const int PriorityBits = 4;
    public const int MaxQueues = 1 << 11;
    public const int HighestPriority = 9;
    public const int DefaultPriority = 5;
    public const long MaxSequence = (1L << SequenceBits) - 1;

    public static long Pack(int queue, int priority, long sequence) =>
        ((long)queue << (SequenceBits + PriorityBits)) | ((long)(HighestPriority - priority) << SequenceBits) | sequence;

    public static int Queue(long key) => (int)(key >> (SequenceBits + PriorityBits));

    public static int Priority(long key) => HighestPriority - (int)((key >> SequenceBits) & ((1 << PriorityBits) - 1));

    public static long Sequence(long key) => key & MaxSequence;
}
