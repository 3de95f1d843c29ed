using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ActorBalancer.Cluster.Worker;

namespace ActorBalancer.Cluster.Kinds;

/// <summary>The kinds that every worker of our executable offers: to try things out, and for the demo.</summary>
internal static class BuiltInKinds
{
    private const int BufferSize = 128 << 10;

    public static void AddTo(HandlerRegistry handlers)
    {
        handlers.Add("echo", Echo);
        handlers.Add("sleep", SleepAsync);
        handlers.Add("sha256", Sha256Async);
    }

    /// <summary>Returns its payload's bytes.</summary>
    public static ValueTask<JobOutcome> Echo(ReadOnlyMemory<byte> payload, JobContext job) => new(JobOutcome.OkBytes(payload));

    /// <summary><c>{"ms":N}</c>: waits for N milliseconds.</summary>
    public static async ValueTask<JobOutcome> SleepAsync(ReadOnlyMemory<byte> payload, JobContext job)
    {
        const string Usage = "sleep takes {\"ms\":N}, N a whole number from 0 to 2147483647";
        using JsonDocument args = Parse(payload, Usage);
        int ms = Milliseconds(args, "ms", Usage) ?? throw new InvalidArgumentsException(Usage);
        await Task.Delay(ms, job.Cancellation);
        return JobOutcome.Ok;
    }

    /// <summary>
    /// <c>{"path":"..."}</c>: the SHA-256 of a file on the worker, in lower-case hexadecimal; with <c>"hold_ms":N</c> it
    /// keeps its slot for so long afterwards.
    /// </summary>
    public static async ValueTask<JobOutcome> Sha256Async(ReadOnlyMemory<byte> payload, JobContext job)
    {
        const string Usage = "sha256 takes {\"path\":\"FILE\"} and, if wanted, \"hold_ms\":N, N a whole number from 0 to 2147483647";
        using JsonDocument args = Parse(payload, Usage);
        if (!args.RootElement.TryGetProperty("path", out JsonElement path) || path.ValueKind != JsonValueKind.String || path.GetString() is not { Length: > 0 } file)
            throw new InvalidArgumentsException(Usage);
        int hold = Milliseconds(args, "hold_ms", Usage) ?? 0;
        string digest = await DigestAsync(file, job.Cancellation);
        if (hold > 0)
            await Task.Delay(hold, job.Cancellation);
        return JobOutcome.OkBytes(System.Text.Encoding.ASCII.GetBytes($"\"{digest}\""));
    }

    private static async Task<string> DigestAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new InvalidArgumentsException($"sha256: there is no file '{file}' on this worker");
        // Opening a pipe or reading a device may never end, and no cancellation reaches into it.
        if (!RegularFile.Is(file, followLinks: true))
            throw new InvalidArgumentsException($"sha256: '{file}' is no regular file on this worker");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(0, BufferSize), cancellation)) > 0)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> payload, string usage)
    {
        try
        {
            JsonDocument args = JsonDocument.Parse(payload);
            if (args.RootElement.ValueKind == JsonValueKind.Object)
                return args;
            args.Dispose();
        }
        catch (JsonException e)
        {
            throw new InvalidArgumentsException(usage, e);
        }
        throw new InvalidArgumentsException(usage);
    }

    private static int? Milliseconds(JsonDocument args, string name, string usage)
    {
        if (!args.RootElement.TryGetProperty(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int ms) && ms >= 0 ? ms : throw new InvalidArgumentsException(usage);
    }
}
