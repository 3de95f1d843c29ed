using System.Buffers;
using System.Text;

namespace ActorBalancer.Node.Guard;

/// <summary>A command that the guard has started, and what it has written so far.</summary>
internal sealed class GuardRun(long number, int process, int limit, byte[] mark, int output, int error)
{
    private readonly ArrayBufferWriter<byte> _output = new(), _error = new();
    private int _outputEnd = output, _errorEnd = error;
    private bool _tooMuchOutput, _tooMuchError;

    // None in the wait that it was started after.
    private int _firstEntry = -1;

    public long Number => number;

    /// <summary>The leader of its session, and so the number of its group.</summary>
    public int Process => process;

    /// <summary>In the environment of everything that it starts, wherever that goes.</summary>
    public ReadOnlySpan<byte> Mark => mark;

    /// <summary>It was told to end.</summary>
    public bool Stopping => KillAt is not null;

    /// <summary>When it is killed for not having ended when told to, as a time stamp.</summary>
    public long? KillAt { get; set; }

    public static byte[] MarkOf(long number) => Encoding.ASCII.GetBytes($"ACTORBALANCER_RUN={Environment.ProcessId}.{number}");

    /// <summary>To everything in its session that has not left its group.</summary>
    public void Signal(int signal) => Libc.Kill(-process, signal);

    /// <summary>Adds the pipes that are still open to what is waited for.</summary>
    public void Watch(PollEntry[] entries, ref int count)
    {
        _firstEntry = count;
        if (_outputEnd >= 0)
            entries[count++] = new PollEntry { Descriptor = _outputEnd, Events = Libc.PollIn };
        if (_errorEnd >= 0)
            entries[count++] = new PollEntry { Descriptor = _errorEnd, Events = Libc.PollIn };
    }

    /// <summary>Reads the pipes that the wait has found ready, once; kills a command that wrote too much.</summary>
    public void ReadReady(PollEntry[] entries, byte[] buffer)
    {
        if (_firstEntry < 0)
            return;
        int entry = _firstEntry;
        if (_outputEnd >= 0 && entries[entry++].Returned != 0)
            ReadOutput(buffer);
        // Closed or not by now, its entry was there.
        if (_errorEnd >= 0 && entries[entry].Returned != 0)
            ReadError(buffer);
    }

    /// <summary>Takes all that is left in the pipes of a command that has ended.</summary>
    public void Drain(byte[] buffer)
    {
        while (_outputEnd >= 0 && ReadOutput(buffer))
        {
        }
        while (_errorEnd >= 0 && ReadError(buffer))
        {
        }
        _outputEnd = CloseEnd(_outputEnd);
        _errorEnd = CloseEnd(_errorEnd);
    }

    public CommandEnd End(int code, int signal)
    {
        CommandEndKind how = _tooMuchOutput ? CommandEndKind.TooMuchOutput
            : _tooMuchError ? CommandEndKind.TooMuchError
            : signal != 0 ? CommandEndKind.Signalled : CommandEndKind.Exited;
        return new CommandEnd(how, signal != 0 ? signal : code, _output.WrittenSpan.ToArray(), _error.WrittenSpan.ToArray());
    }

    private bool ReadOutput(byte[] buffer) => Read(ref _outputEnd, _output, buffer, ref _tooMuchOutput);

    private bool ReadError(byte[] buffer) => Read(ref _errorEnd, _error, buffer, ref _tooMuchError);

    /// <summary>One read; true if there may be more at once.</summary>
    private bool Read(ref int end, ArrayBufferWriter<byte> into, byte[] buffer, ref bool tooMuch)
    {
        int count = Libc.Read(end, buffer);
        if (count > 0 && into.WrittenCount + count <= limit)
        {
            into.Write(buffer.AsSpan(0, count));
            return true;
        }
        if (count < 0)
            return false;
        if (count > 0)
        {
            tooMuch = true;
            into.Write(buffer.AsSpan(0, limit - into.WrittenCount));
            Signal(Libc.SigKill);
        }
        end = CloseEnd(end);
        return false;
    }

    private static int CloseEnd(int descriptor)
    {
        if (descriptor >= 0)
            Libc.Close(descriptor);
        return -1;
    }
}
