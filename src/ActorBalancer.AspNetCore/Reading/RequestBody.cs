using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorBalancer.AspNetCore.Reading;

/// <summary>Reads a body that has to fit into memory, and no byte more than it may have.</summary>
internal static class RequestBody
{
    /// <summary>The body, or null: the call has been refused.</summary>
    public static async Task<byte[]?> ReadAsync(ApiCall call, int limit)
    {
        HttpRequest request = call.Context.Request;
        if (MediaType.Fault(request, MediaType.Json) is { } fault)
        {
            await call.RefuseAsync(RefusalCode.MediaType, fault);
            return null;
        }
        if (request.ContentLength > limit)
            return await RefuseAsync(call, limit);

        ArrayBufferWriter<byte> body = new();
        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(call.Gone);
            bool fits = body.WrittenCount + read.Buffer.Length <= limit;
            if (fits)
            {
                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                    body.Write(part.Span);
            }
            reader.AdvanceTo(read.Buffer.End);
            if (!fits)
                return await RefuseAsync(call, limit);
            if (read.IsCompleted)
                return body.WrittenSpan.ToArray();
        }
    }

    /// <summary>An action's request has no body. False: the call has been refused.</summary>
    public static async Task<bool> IsNoneAsync(ApiCall call)
    {
        HttpRequest request = call.Context.Request;
        if (request.Headers.ContentEncoding.Count > 0)
        {
            await call.RefuseAsync(RefusalCode.MediaType, MediaType.NoEncoding);
            return false;
        }
        if (call.Context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return true;
        ReadResult read = await request.BodyReader.ReadAsync(call.Gone);
        bool isEmpty = read.Buffer.IsEmpty;
        request.BodyReader.AdvanceTo(read.Buffer.End);
        if (!isEmpty)
        {
            call.Context.Response.Headers.Connection = "close";
            await call.RefuseAsync(RefusalCode.Invalid, "This takes no body: leave it out.");
        }
        return isEmpty;
    }

    private static async Task<byte[]?> RefuseAsync(ApiCall call, int limit)
    {
        // The rest is not read, so the connection has no next request.
        call.Context.Response.Headers.Connection = "close";
        await call.RefuseAsync(RefusalCode.TooLarge, $"The body may have {limit} bytes: keep the data elsewhere and pass a reference to it.");
        return null;
    }
}
