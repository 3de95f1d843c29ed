using System.Buffers.Binary;

namespace ActorBalancer.Node.Guard;

/// <summary>
/// What worker and guard say to each other: a length, a kind, the run's number, then fields with a length each. Both are the
/// same executable, so the format has no versions.
/// </summary>
internal static class GuardFrames
{
    public const byte Run = 1;
    public const byte Stop = 2;
    public const byte Ended = 3;

    private const int HeadBytes = 13;

    public static byte[] OfRun(long run, GuardCommand command)
    {
        MemoryStream frame = Begin(Run, run);
        WriteNumber(frame, command.OutputLimit);
        WriteField(frame, command.Program);
        WriteField(frame, command.Folder);
        WriteField(frame, command.Input);
        WriteFields(frame, command.Arguments);
        WriteFields(frame, command.Environment);
        return End(frame);
    }

    public static byte[] OfStop(long run) => End(Begin(Stop, run));

    public static byte[] OfEnd(long run, CommandEnd end)
    {
        MemoryStream frame = Begin(Ended, run);
        frame.WriteByte((byte)end.How);
        WriteNumber(frame, end.Code);
        WriteField(frame, end.Output);
        WriteField(frame, end.Error);
        return End(frame);
    }

    /// <summary>Takes the first whole frame off the bytes; false: it is not whole yet.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> bytes, out byte kind, out long run, out ReadOnlySpan<byte> fields)
    {
        (kind, run) = (0, 0);
        fields = default;
        if (bytes.Length < HeadBytes)
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (bytes.Length < length)
            return false;
        kind = bytes[4];
        run = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]);
        fields = bytes[HeadBytes..length];
        bytes = bytes[length..];
        return true;
    }

    public static GuardCommand ReadCommand(ReadOnlySpan<byte> fields)
    {
        int limit = ReadNumber(ref fields);
        return new GuardCommand
        {
            OutputLimit = limit,
            Program = ReadField(ref fields)!,
            Folder = ReadField(ref fields),
            Input = ReadField(ref fields),
            Arguments = ReadFields(ref fields),
            Environment = ReadFields(ref fields),
        };
    }

    public static CommandEnd ReadEnd(ReadOnlySpan<byte> fields)
    {
        CommandEndKind how = (CommandEndKind)fields[0];
        fields = fields[1..];
        return new CommandEnd(how, ReadNumber(ref fields), ReadField(ref fields)!, ReadField(ref fields)!);
    }

    private static MemoryStream Begin(byte kind, long run)
    {
        MemoryStream frame = new();
        frame.Write(stackalloc byte[4]);
        frame.WriteByte(kind);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, run);
        frame.Write(number);
        return frame;
    }

    private static byte[] End(MemoryStream frame)
    {
        byte[] bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        return bytes;
    }

    private static void WriteNumber(MemoryStream frame, int value)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        frame.Write(number);
    }

    private static void WriteField(MemoryStream frame, byte[]? field)
    {
        WriteNumber(frame, field?.Length ?? -1);
        frame.Write(field);
    }

    private static void WriteFields(MemoryStream frame, byte[][] fields)
    {
        WriteNumber(frame, fields.Length);
        foreach (byte[] field in fields)
            WriteField(frame, field);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[4..];
        return value;
    }

    private static byte[]? ReadField(ref ReadOnlySpan<byte> bytes)
    {
        int length = ReadNumber(ref bytes);
        if (length < 0)
            return null;
        byte[] field = bytes[..length].ToArray();
        bytes = bytes[length..];
        return field;
    }

    private static byte[][] ReadFields(ref ReadOnlySpan<byte> bytes)
    {
        byte[][] fields = new byte[ReadNumber(ref bytes)][];
        for (int i = 0; i < fields.Length; i++)
            fields[i] = ReadField(ref bytes)!;
        return fields;
    }
}
