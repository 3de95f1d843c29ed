using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// When each numbered job's handler started, noted by the worker processes in a file that all of them and the measuring process map:
/// it costs no message. The times are of the machine's monotonic clock, which is one for all its processes.
/// </summary>
internal sealed class StartTimes : IDisposable
{
    public const string Kind = "timed";

    // When it first started, and how often.
    private const int RowBytes = 2 * sizeof(long);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _rows;

    private StartTimes(MemoryMappedFile file) => (_file, _rows) = (file, file.CreateViewAccessor());

    /// <summary>Room for so many jobs, none started.</summary>
    public static StartTimes Make(string path, int jobs) =>
        new(MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, (long)jobs * RowBytes));

    public static StartTimes Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    /// <summary>A job that knows its number; the rest of its payload is that of <see cref="Payloads"/>.</summary>
    public static JobRequest Request(int number)
    {
        byte[] payload = Payloads.Of(number).ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        return new JobRequest { Kind = Kind, Payload = payload };
    }

    /// <summary>The handler, in a worker's process.</summary>
    public ValueTask<JobOutcome> Handle(ReadOnlyMemory<byte> payload, JobContext job)
    {
        long now = Stopwatch.GetTimestamp();
        long number = BinaryPrimitives.ReadInt64LittleEndian(payload.Span);
        if (!payload.Span[sizeof(long)..].SequenceEqual(Payloads.Of(number).Span[sizeof(long)..]))
            throw new InvalidDataException($"the payload of job {number} is not what was submitted");
        long runs = _rows.ReadInt64(number * RowBytes + sizeof(long));
        if (runs == 0)
            _rows.Write(number * RowBytes, now);
        _rows.Write(number * RowBytes + sizeof(long), runs + 1);
        return new(JobOutcome.Ok);
    }

    /// <summary>Of <see cref="Stopwatch"/>; 0: not yet.</summary>
    public long At(int number) => _rows.ReadInt64((long)number * RowBytes);

    public long Runs(int number) => _rows.ReadInt64((long)number * RowBytes + sizeof(long));

    public void Dispose()
    {
        _rows.Dispose();
        _file.Dispose();
    }
}
