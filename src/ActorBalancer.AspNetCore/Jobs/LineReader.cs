using System.Buffers;
using System.IO.Pipelines;
using ActorBalancer.AspNetCore.Reading;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>Cuts a body into lines as it comes in, ended by LF or CRLF, and keeps one at a time.</summary>
internal sealed class LineReader(PipeReader body, int lineLimit, long bodyLimit)
{
    private long _read;
    private int _lines;

    /// <summary>Why there is no next line although the body has not ended; a sentence.</summary>
    public string? TooLarge { get; private set; }

    /// <summary>The next line without its end; null: there is none, see <see cref="TooLarge"/>.</summary>
    public async ValueTask<byte[]?> NextAsync(CancellationToken gone)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(gone);
            ReadOnlySequence<byte> buffer = read.Buffer;
            SequencePosition? end = buffer.PositionOf((byte)'\n');
            bool isWhole = end is not null || read.IsCompleted;
            ReadOnlySequence<byte> line = end is { } at ? buffer.Slice(0, at) : buffer;
            long taken = line.Length + (end is null ? 0 : 1);
            if (isWhole && taken == 0)
            {
                body.AdvanceTo(buffer.End);
                return null;
            }

            TooLarge = Fault(line, taken);
            if (TooLarge is not null)
            {
                body.AdvanceTo(buffer.Start);
                return null;
            }
            if (isWhole)
            {
                byte[] text = WithoutReturn(line).ToArray();
                body.AdvanceTo(buffer.GetPosition(taken));
                _read += taken;
                _lines++;
                return text;
            }
            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private string? Fault(ReadOnlySequence<byte> line, long taken)
    {
        if (_read + taken > bodyLimit)
            return $"A bulk may have {bodyLimit} bytes: send the rest in another one.";
        if (taken > 0 && _lines >= BodyLimits.BulkLines)
            return $"A bulk may have {BodyLimits.BulkLines} lines: send the rest in another one.";
        // One more while it is open: that may be the return of its end.
        return WithoutReturn(line).Length > lineLimit
            ? $"A line may have {lineLimit} bytes: keep the data elsewhere and pass a reference to it."
            : null;
    }

    private static ReadOnlySequence<byte> WithoutReturn(ReadOnlySequence<byte> line) =>
        line.Length > 0 && line.Slice(line.Length - 1).FirstSpan[0] == '\r' ? line.Slice(0, line.Length - 1) : line;
}
