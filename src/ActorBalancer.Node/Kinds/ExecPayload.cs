using System.Text;
using System.Text.Json;

namespace ActorBalancer.Node.Kinds;

/// <summary>What the payload of an <c>exec</c> job says. Wherever a text stands, <c>{"b64":"..."}</c> may stand for bytes that are none.</summary>
internal sealed record ExecPayload
{
    public const string Usage =
        "exec takes {\"argv\":[\"PROGRAM\",\"ARGUMENT\",...]} and, if wanted, \"stdin\":\"TEXT\", \"cwd\":\"/FOLDER\", "
        + "\"env\":{\"NAME\":\"VALUE\" or null}, \"retry\":false, \"report\":true; bytes that are no text stand as {\"b64\":\"...\"}";

    public required byte[][] Arguments { get; init; }

    public byte[]? Input { get; init; }

    public byte[]? Folder { get; init; }

    /// <summary><c>NAME=VALUE</c>, or <c>NAME</c> for one that is to be removed.</summary>
    public byte[][] Environment { get; init; } = [];

    /// <summary>False: a run that fails is not repeated.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>True: the result is an <see cref="ExecReport"/>, whatever the exit code.</summary>
    public bool Report { get; init; }

    /// <exception cref="FormatException">It says something else; the message says what, or what is right.</exception>
    public static ExecPayload Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a text with half a surrogate pair, or a value of another type.
            throw new FormatException(Usage, e);
        }
    }

    private static ExecPayload Read(JsonElement root)
    {
        ExecPayload payload = new() { Arguments = [] };
        foreach (JsonProperty member in root.EnumerateObject())
        {
            payload = member.Name switch
            {
                "argv" => payload with { Arguments = [.. member.Value.EnumerateArray().Select(v => Text(v, "argv"))] },
                "stdin" => payload with { Input = Bytes(member.Value) },
                "cwd" => payload with { Folder = Text(member.Value, "cwd") },
                "env" => payload with { Environment = [.. member.Value.EnumerateObject().Select(Variable)] },
                "retry" => payload with { Retry = member.Value.GetBoolean() },
                "report" => payload with { Report = member.Value.GetBoolean() },
                _ => throw new FormatException($"'{member.Name}' is unknown; {Usage}"),
            };
        }
        if (payload.Arguments.Length == 0 || payload.Arguments[0].Length == 0)
            throw new FormatException($"argv names no program; {Usage}");
        if (payload.Folder is { } folder && (folder.Length == 0 || folder[0] != '/'))
            throw new FormatException("cwd must be an absolute path; the worker has a folder of its own");
        return payload;
    }

    private static byte[] Variable(JsonProperty member)
    {
        if (member.Name.Length == 0 || member.Name.AsSpan().ContainsAny('=', '\0'))
            throw new FormatException("env has a name that is empty or holds '=' or a zero byte");
        byte[] name = Encoding.UTF8.GetBytes(member.Name);
        return member.Value.ValueKind == JsonValueKind.Null ? name : [.. name, (byte)'=', .. Text(member.Value, "env")];
    }

    /// <summary>The system's texts end at a zero byte.</summary>
    private static byte[] Text(JsonElement value, string member)
    {
        byte[] bytes = Bytes(value);
        return bytes.Contains((byte)0) ? throw new FormatException($"{member} holds a zero byte, which no argument, path or variable can") : bytes;
    }

    private static byte[] Bytes(JsonElement value) => PayloadBytes.Read(value, Usage);
}
