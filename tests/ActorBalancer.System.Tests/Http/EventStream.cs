using System.Text;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Http;

/// <summary>Reads a stream of server-sent events as a browser would.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body, Encoding.UTF8);
    }

    public static async Task<EventStream> OpenAsync(HttpClient client, string? after = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1/events");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        try
        {
            response.EnsureSuccessStatusCode();
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            EventStream stream = new(response, await response.Content.ReadAsStreamAsync());

            // The stream is open when it has said so: from here on nothing is missed.
            Assert.Equal("retry: 1000", await stream._reader.ReadLineAsync().WaitAsync(Eventually.Deadline));
            return stream;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The next event that is meant; others before it are left out.</summary>
    public async Task<Event> NextAsync(Func<Event, bool> isMeant)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        string id = "", name = "";
        while (await _reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            Event found = new(id, name, JsonDocument.Parse(line[6..]).RootElement);
            if (isMeant(found))
                return found;
        }
        throw new EndOfStreamException("the stream ended before the event");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    internal sealed record Event(string Id, string Name, JsonElement Data);
}
