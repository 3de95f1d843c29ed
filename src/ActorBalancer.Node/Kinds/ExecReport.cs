using System.Text;
using System.Text.Json;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// The result of an <c>exec</c> job with <c>"report":true</c>: a line of JSON, <c>{"exit":N,"signal":N,"stdout":N,"stderr":N}</c>
/// with the lengths in bytes, then standard output, then standard error.
/// </summary>
/// <param name="Exit">The exit code; 0 with a signal.</param>
/// <param name="Signal">The signal that ended it; 0: none.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ExecReport(int Exit, int Signal, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Error)
{
    public byte[] ToBytes()
    {
        ExecReportHead head = new(Exit, Signal, Output.Length, Error.Length);
        return [.. JsonSerializer.SerializeToUtf8Bytes(head, NodeJson.Default.ExecReportHead), (byte)'\n', .. Output.Span, .. Error.Span];
    }

    /// <exception cref="FormatException">The bytes are no report.</exception>
    public static ExecReport Read(ReadOnlyMemory<byte> bytes)
    {
        int end = bytes.Span.IndexOf((byte)'\n');
        try
        {
            if (end > 0
                && JsonSerializer.Deserialize(bytes.Span[..end], NodeJson.Default.ExecReportHead) is { } head
                && head.Stdout >= 0 && head.Stderr >= 0 && end + 1 + (long)head.Stdout + head.Stderr == bytes.Length)
            {
                ReadOnlyMemory<byte> rest = bytes[(end + 1)..];
                return new ExecReport(head.Exit, head.Signal, rest[..head.Stdout], rest[head.Stdout..]);
            }
        }
        catch (JsonException e)
        {
            throw Wrong(e);
        }
        throw Wrong(null);
    }

    private static FormatException Wrong(Exception? cause) => new("the result is no report of the kind exec", cause);
}
