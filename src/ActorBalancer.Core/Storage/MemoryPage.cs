using System.Runtime.CompilerServices;

namespace ActorBalancer.Storage;

/// <summary>The records of 256 sequences in a row.</summary>
internal sealed class MemoryPage
{
    public const int Size = 256;

    private PriorityCounts _open;

    public MemoryRecord[] Records { get; } = new MemoryRecord[Size];

    /// <summary>Records that hold a job.</summary>
    public int Count { get; set; }

    public ref MemoryRecord this[long sequence] => ref Records[(int)sequence & (Size - 1)];

    public bool IsOpen(long sequence, int priority)
    {
        ref MemoryRecord record = ref this[sequence];
        return record.Batch is not null && record.Priority == priority && !JobTransitions.IsFinal(record.State);
    }

    /// <summary>How many jobs of that priority are not final, so that a load passes over pages without.</summary>
    public ref ushort Open(int priority) => ref _open[priority];

    [InlineArray(JobKey.HighestPriority + 1)]
    private struct PriorityCounts
    {
        private ushort _first;
    }
}
