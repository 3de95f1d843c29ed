using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Worker;

/// <summary>
/// What a worker's slots run, in a small mapped file that outlives its process (rule 10): where router and worker are one process, nobody else
/// could tell which jobs ran when it died. The operating system keeps what was written even if the process is killed in the next moment.
/// A slot whose run has ended is free here, whether its outcome is stored or not.
/// </summary>
internal sealed class SlotFile : IDisposable
{
    // What earlier processes left is kept beside the slots, so that it is not lost with a process that dies before a router heard of it.
    private const int MostLeft = 256;
    private const long Magic = 0x3153_544F_4C53_4241;
    private static readonly int s_recordBytes = Marshal.SizeOf<Record>();

    private readonly int _slots;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private SlotFile(FileStream stream, int slots, IReadOnlyList<HeldRun> left)
    {
        Left = left;
        _slots = slots;
        stream.SetLength(0);
        stream.SetLength(Position(MostLeft + slots));
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        for (int i = 0; i < left.Count; i++)
            Put(i, left[i]);
        _view.Write(sizeof(long), MostLeft + slots);
        _view.Write(0, Magic);
    }

    /// <summary>What ran when earlier processes died. Routers take each run once, so telling them again does no harm.</summary>
    public IReadOnlyList<HeldRun> Left { get; }

    /// <summary>The file of this node's worker; null: it has none.</summary>
    /// <param name="options">Of the node, whose store is open by now.</param>
    /// <param name="slots">Of this process.</param>
    /// <exception cref="BalancerConfigurationException">It cannot be used.</exception>
    public static SlotFile? Of(BalancerOptions options, int slots)
    {
        string path = options.Worker.SlotsFile;
        // Only where that is the store: an application may have given another one.
        if (path.Length == 0 && options.IsRouter && options.Store == StoreNames.Sqlite && File.Exists(options.Sqlite.File))
            path = options.Sqlite.File + ".slots";
        if (path.Length == 0)
            return null;
        try
        {
            return Open(path, slots);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BalancerConfigurationException([new ConfigurationError(
                "actorbalancer.worker.slots-file", path, $"cannot be used: {fault.Message}; name a file that this worker alone may write")]);
        }
    }

    /// <param name="path">Made if it is not there; one process at a time.</param>
    /// <param name="slots">Of this process.</param>
    /// <exception cref="IOException">Another process has it, or there is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static SlotFile Open(string path, int slots)
    {
        FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new SlotFile(stream, slots, Read(stream));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Begin(int slot, in RunToken token, long key, int attempt, long startedUnixMs) =>
        Put(MostLeft + slot, new HeldRun(token, key, attempt, startedUnixMs));

    public void End(int slot) => _view.Write(Position(MostLeft + slot), 0);

    /// <summary>The worker ends, and its process does not die of what it runs.</summary>
    public void Close()
    {
        for (int slot = 0; slot < _slots; slot++)
            End(slot);
        Dispose();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>The newest first, where there are more than can be kept.</summary>
    private static List<HeldRun> Read(FileStream stream)
    {
        List<HeldRun> runs = [];
        using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        // What is no such file, or was cut short, is begun anew: at worst a crash is not counted.
        if (stream.Length < Position(0) || reader.ReadInt64() != Magic)
            return runs;
        int count = reader.ReadInt32();
        if (count < 0 || stream.Length < Position(count))
            return runs;
        byte[] bytes = new byte[s_recordBytes];
        stream.Position = Position(0);
        for (int i = 0; i < count; i++)
        {
            stream.ReadExactly(bytes);
            Record record = MemoryMarshal.Read<Record>(bytes);
            if (record.Used != 0)
                runs.Add(new HeldRun(new RunToken(record.Incarnation, record.Slot, record.Generation), record.Key, record.Attempt, record.StartedUnixMs));
        }
        return [.. runs.OrderByDescending(run => run.StartedUnixMs).Take(MostLeft)];
    }

    private void Put(int index, in HeldRun run)
    {
        Record record = new()
        {
            Incarnation = run.Token.Incarnation,
            Key = run.Key,
            StartedUnixMs = run.StartedUnixMs,
            Slot = run.Token.Slot,
            Generation = run.Token.Generation,
            Attempt = run.Attempt,
        };
        // The mark comes last: a process that dies in between leaves the slot as free.
        long at = Position(index);
        _view.Write(at, ref record);
        Interlocked.MemoryBarrier();
        _view.Write(at, 1);
    }

    private static long Position(int index) => 16 + ((long)index * s_recordBytes);

    [StructLayout(LayoutKind.Sequential)]
    private struct Record
    {
        public int Used;
        public int Attempt;
        public int Slot;
        public int Generation;
        public long Incarnation;
        public long Key;
        public long StartedUnixMs;
    }
}
