using System.Globalization;

namespace ActorBalancer.Storage.Rows;

/// <summary>The queues that this process has met, by number. The writer changes them; any thread may read names.</summary>
internal sealed class QueueTable
{
    private readonly QueueFigures?[] _queues = new QueueFigures?[JobKey.MaxQueues];
    private readonly List<QueueFigures> _touched = [];

    public IReadOnlyList<QueueFigures> Touched => _touched;

    public IEnumerable<QueueFigures> All => _queues.OfType<QueueFigures>();

    public bool Has(int number) => (uint)number < JobKey.MaxQueues && Volatile.Read(ref _queues[number]) is not null;

    public string Name(int number) => Volatile.Read(ref _queues[number])?.Name
        ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"There is no queue {number}."));

    public QueueFigures Of(int number) => Volatile.Read(ref _queues[number])!;

    public void Set(QueueFigures queue) => Volatile.Write(ref _queues[queue.Number], queue);

    /// <summary>The queue, as part of the commit under way.</summary>
    public QueueFigures Touch(int number)
    {
        QueueFigures queue = _queues[number]!;
        if (!queue.IsTouched)
        {
            queue.Touch();
            _touched.Add(queue);
        }
        return queue;
    }

    /// <summary>The commit under way is stored, or it is not and never was.</summary>
    public void End(bool kept)
    {
        foreach (QueueFigures queue in _touched)
            queue.End(kept);
        _touched.Clear();
    }
}
