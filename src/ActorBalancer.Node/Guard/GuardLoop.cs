using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ActorBalancer.Node.Guard;

/// <summary>
/// The guard's one thread: starts what its worker asks for, collects what it writes, and reports its end; when the worker's pipe
/// closes, everything that still runs is ended, however deep it lies.
/// </summary>
/// <param name="input">From the worker.</param>
/// <param name="output">To the worker.</param>
/// <param name="clock">For the grace between asking a command to end and killing it.</param>
[SupportedOSPlatform("linux")]
internal sealed class GuardLoop(int input, int output, TimeProvider clock) : IDisposable
{
    // Larger than a pipe that no program has enlarged.
    private const int BufferBytes = 1 << 17;

    // Less than the second after which a draining worker gives a job away: its next run must not meet this one.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly Spawner _spawner = new();
    private readonly Dictionary<int, GuardRun> _runs = [];
    private readonly Dictionary<string, byte[]> _environment = ProcessEnvironment.Own();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private PollEntry[] _entries = new PollEntry[16];

    /// <summary>Ends when the worker has.</summary>
    public void Run()
    {
        (int wakeRead, int wakeWrite) = Libc.Pipe(readNonBlocking: true);
        using PosixSignalRegistration ended = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Libc.WriteAll(wakeWrite, [1]));
        FrameReader frames = new(Receive);
        try
        {
            while (true)
            {
                Wait(wakeRead);
                foreach (GuardRun run in _runs.Values)
                    run.ReadReady(_entries, _buffer);
                if (_entries[0].Returned != 0)
                {
                    int count = Libc.Read(input, _buffer);
                    if (count == 0)
                        return;
                    frames.Add(_buffer.AsSpan(0, Math.Max(0, count)));
                }
                if (_entries[1].Returned != 0)
                {
                    _ = Libc.Read(wakeRead, _buffer);
                    Reap();
                }
                KillOverdue();
            }
        }
        catch (BrokenPipeException)
        {
            // The worker has gone while we told it of an end.
        }
        finally
        {
            LastAct.EndAll(_runs.Values, clock);
        }
    }

    private long GraceTicks => (long)(Grace.TotalSeconds * clock.TimestampFrequency);

    public void Dispose() => _spawner.Dispose();

    private void Wait(int wake)
    {
        if (_entries.Length < 2 + 2 * _runs.Count)
            _entries = new PollEntry[4 * _runs.Count];
        int count = 0;
        Add(input);
        Add(wake);
        long? first = null;
        foreach (GuardRun run in _runs.Values)
        {
            run.Watch(_entries, ref count);
            if (run.KillAt is { } at && !(at > first))
                first = at;
        }
        int timeout = first is null ? -1 : Math.Max(0, (int)Math.Ceiling(clock.GetElapsedTime(clock.GetTimestamp(), first.Value).TotalMilliseconds));
        Libc.Poll(_entries, count, timeout);

        void Add(int descriptor) => _entries[count++] = new PollEntry { Descriptor = descriptor, Events = Libc.PollIn };
    }

    private void Receive(byte kind, long number, ReadOnlySpan<byte> fields)
    {
        if (kind == GuardFrames.Run)
            Start(number, GuardFrames.ReadCommand(fields));
        else if (_runs.Values.FirstOrDefault(r => r.Number == number) is { Stopping: false } run)
            Stop(run);
    }

    private void Start(long number, GuardCommand command)
    {
        byte[] mark = GuardRun.MarkOf(number);
        int stdin = -1, outRead = -1, outWrite = -1, errorRead = -1, errorWrite = -1, process = 0, fault;
        try
        {
            stdin = command.Input is { Length: > 0 } content ? Libc.MemoryFile(content) : Libc.OpenNull();
            (outRead, outWrite) = Libc.Pipe(readNonBlocking: true);
            (errorRead, errorWrite) = Libc.Pipe(readNonBlocking: true);
            fault = _spawner.Start(
                command, ProcessEnvironment.Over(_environment, [.. command.Environment, mark]).Values, stdin, outWrite, errorWrite, out process);
        }
        catch (IOException e)
        {
            // Descriptors or memory are short; the others that run are not to suffer for this one.
            fault = e.HResult;
        }
        Libc.Close(stdin);
        Libc.Close(outWrite);
        Libc.Close(errorWrite);
        GuardRun run = new(number, process, command.OutputLimit, mark, outRead, errorRead);
        if (fault == 0)
        {
            _runs.Add(process, run);
            return;
        }
        run.Drain(_buffer);
        Libc.WriteAll(output, GuardFrames.OfEnd(number, new CommandEnd(CommandEndKind.NotStarted, fault, [], [])));
    }

    private void Stop(GuardRun run)
    {
        run.Signal(Libc.SigTerm);
        run.KillAt = clock.GetTimestamp() + GraceTicks;
    }

    private void KillOverdue()
    {
        long now = clock.GetTimestamp();
        foreach (GuardRun run in _runs.Values)
        {
            if (run.KillAt > now || run.KillAt is null)
                continue;
            run.Signal(Libc.SigKill);
            // One that the system itself holds may take a while to die.
            run.KillAt = now + GraceTicks;
        }
    }

    private void Reap()
    {
        int process;
        while ((process = Libc.PeekEnded()) > 0)
        {
            if (!_runs.Remove(process, out GuardRun? run))
            {
                // An orphan that we have inherited.
                _ = Libc.Reap(process);
                continue;
            }
            // Before it is reaped nobody else can have its number.
            run.Signal(Libc.SigKill);
            (int code, int signal) = Libc.Reap(process);
            // First, since it frees the descriptors that looking for leftovers may need.
            run.Drain(_buffer);
            KillLeftovers(run);
            Libc.WriteAll(output, GuardFrames.OfEnd(run.Number, run.End(code, signal)));
        }
    }

    /// <summary>
    /// Ends what the command has started in sessions of their own and left behind; by now they are our children. Without its mark
    /// one cannot be told from those of other commands, and waits until there are none.
    /// </summary>
    private void KillLeftovers(GuardRun run)
    {
        if (!ProcessTree.HasChildBeside(_runs.Keys))
            return;
        foreach (ProcessRow row in ProcessTree.Descendants(Environment.ProcessId))
        {
            if (_runs.Count == 0 || ProcessTree.HasVariable(row.Process, run.Mark))
                Libc.Kill(row.Process, Libc.SigKill);
        }
    }
}
