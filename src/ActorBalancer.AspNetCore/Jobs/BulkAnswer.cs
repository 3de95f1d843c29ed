using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorBalancer.AspNetCore.Reading;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.AspNetCore.Jobs;

/// <summary>
/// The answer to a bulk, sent while the rest of the bulk comes in. A caller that reads nothing before it has sent all is
/// not waited for: what it has not taken yet is kept, which is 24 bytes a line.
/// </summary>
internal sealed class BulkAnswer(ApiCall call)
{
    private readonly HttpResponse _response = call.Context.Response;
    private ArrayBufferWriter<byte> _open = new();
    private ArrayBufferWriter<byte> _spare = new();
    private Task _sending = Task.CompletedTask;
    private bool _isBegun;

    public async Task AcceptAsync(IReadOnlyList<JobId> ids)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            _response.StatusCode = StatusCodes.Status200OK;
            _response.ContentType = MediaType.Lines;
        }
        foreach (JobId id in ids)
        {
            _open.Write("{\"id\":\""u8);
            Encoding.UTF8.GetBytes(id.ToString(), _open);
            _open.Write("\"}\n"u8);
        }
        if (_sending.IsCompleted)
            await SendAsync(waits: false);
    }

    /// <summary>This line and all that follow are not accepted.</summary>
    public async Task RefuseAsync(int line, RefusalCode code, string detail)
    {
        if (!_isBegun)
        {
            // The rest of the body is not read.
            _response.Headers.Connection = "close";
            await call.RefuseAsync(Problem.Of(code, detail) with { Line = line });
            return;
        }
        _open.Write(JsonSerializer.SerializeToUtf8Bytes(new LineRefusal(line, code.Word(), detail), PlainJson.Problems.LineRefusal));
        _open.Write("\n"u8);
        await EndAsync();
    }

    public async Task EndAsync()
    {
        await SendAsync(waits: true);
        await SendAsync(waits: true);
    }

    private async Task SendAsync(bool waits)
    {
        await _sending;
        if (_open.WrittenCount > 0)
        {
            _spare.ResetWrittenCount();
            (_open, _spare) = (_spare, _open);
            _sending = WriteAsync(_spare.WrittenMemory);
        }
        if (waits)
            await _sending;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> text)
    {
        await _response.Body.WriteAsync(text, call.Gone);
        await _response.Body.FlushAsync(call.Gone);
    }
}
