namespace ActorBalancer.Dispatch;

/// <summary>The newest changes of weights at a router, in fixed memory.</summary>
internal sealed class WeightLog
{
    /// <summary>Over all workers, kinds and queues.</summary>
    public const int Most = 1_024;

    private readonly Queue<Row> _rows = new();

    public void Add(in Row row)
    {
        if (_rows.Count == Most)
            _rows.Dequeue();
        _rows.Enqueue(row);
    }

    /// <summary>Oldest first.</summary>
    public IEnumerable<Row> All => _rows;

    /// <param name="UnixMs">When.</param>
    /// <param name="Reason">What changed.</param>
    internal readonly record struct Row(long UnixMs, string Reason)
    {
        /// <summary>Of a change of the queue; null: of a worker.</summary>
        public string? Queue { get; init; }

        public string Worker { get; init; } = "";

        /// <summary>Null: the row is not about what was learned.</summary>
        public string? Kind { get; init; }

        /// <summary>Configured, thousandths.</summary>
        public int Weight { get; init; }

        /// <summary>With the slow start.</summary>
        public int Started { get; init; }

        public int Factor { get; init; } = 1000;

        public double Speed { get; init; } = 1;

        public double Success { get; init; } = 1;

        /// <summary>It gets no new jobs, whatever its weight.</summary>
        public bool IsOut { get; init; }
    }
}
