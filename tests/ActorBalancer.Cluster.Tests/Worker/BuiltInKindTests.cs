using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorBalancer.Cluster.Kinds;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Cluster.Tests.Worker;

public sealed class BuiltInKindTests
{
    private readonly JobContext _job = new(
        new RunToken(1, 1, 1), new AssignedJob { Kind = "any", Queue = "default" }, new ServiceCollection().BuildServiceProvider(), NullLogger.Instance,
        Surroundings.Of("w1"));

    [Fact]
    public async Task Echo_returns_the_bytes_of_its_payload_unchanged() =>
        Assert.Equal(JobOutcome.OkBytes("{ \"a\" : 1.50 }"u8.ToArray()), await BuiltInKinds.Echo("{ \"a\" : 1.50 }"u8.ToArray(), _job));

    [Fact]
    public async Task Sha256_gives_the_digest_of_the_file_as_a_json_string()
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] content = new byte[300_000];
            for (int i = 0; i < content.Length; i++)
                content[i] = (byte)(i * 31);
            await File.WriteAllBytesAsync(file, content);
            JobOutcome outcome = await BuiltInKinds.Sha256Async(JsonSerializer.SerializeToUtf8Bytes(new { path = file, hold_ms = 1 }), _job);
            Assert.Equal(JobOutcome.OkWith(Convert.ToHexStringLower(SHA256.HashData(content))), outcome);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Sha256_follows_links_and_refuses_what_is_no_regular_file()
    {
        if (!OperatingSystem.IsLinux())
            return;
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string device = Path.Combine(folder.FullName, "device"), link = Path.Combine(folder.FullName, "link"), file = Path.Combine(folder.FullName, "file");
            File.CreateSymbolicLink(device, "/dev/null");
            await File.WriteAllTextAsync(file, "");
            File.CreateSymbolicLink(link, file);
            foreach (string path in new[] { "/dev/null", device })
                await Assert.ThrowsAsync<InvalidArgumentsException>(() => BuiltInKinds.Sha256Async(Payload(path), _job).AsTask());
            Assert.Equal(JobOutcome.OkWith(Convert.ToHexStringLower(SHA256.HashData([]))), await BuiltInKinds.Sha256Async(Payload(link), _job));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static byte[] Payload(string path) => JsonSerializer.SerializeToUtf8Bytes(new { path });
    }

    [Fact]
    public async Task Sleep_ends_by_itself() => Assert.Equal(JobOutcome.Ok, await BuiltInKinds.SleepAsync("{\"ms\":0}"u8.ToArray(), _job));

    [Fact]
    public async Task Sleep_and_a_held_sha256_end_by_their_cancellation()
    {
        _job.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BuiltInKinds.SleepAsync("{\"ms\":2147483647}"u8.ToArray(), _job).AsTask());
        byte[] held = JsonSerializer.SerializeToUtf8Bytes(new { path = Environment.ProcessPath, hold_ms = 2147483647 });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BuiltInKinds.Sha256Async(held, _job).AsTask());
    }

    [Theory]
    [InlineData("sleep", "{}")]
    [InlineData("sleep", "{\"ms\":-1}")]
    [InlineData("sleep", "{\"ms\":\"1\"}")]
    [InlineData("sleep", "[]")]
    [InlineData("sleep", "no json")]
    [InlineData("sha256", "{}")]
    [InlineData("sha256", "{\"path\":7}")]
    [InlineData("sha256", "{\"path\":\"\"}")]
    [InlineData("sha256", "{\"path\":\"x\",\"hold_ms\":0.5}")]
    public async Task Wrong_arguments_are_answered_with_the_right_ones(string kind, string payload)
    {
        HandlerRegistry handlers = new();
        BuiltInKinds.AddTo(handlers);
        InvalidArgumentsException e = await Assert.ThrowsAsync<InvalidArgumentsException>(
            () => handlers.Find(kind)!(Encoding.UTF8.GetBytes(payload), _job).AsTask());
        Assert.StartsWith($"{kind} takes {{", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sha256_of_no_file_says_so()
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(new { path = Path.Combine(Path.GetTempPath(), "no-such-file-here") });
        Assert.Contains("there is no file", (await Assert.ThrowsAsync<InvalidArgumentsException>(
            () => BuiltInKinds.Sha256Async(payload, _job).AsTask())).Message, StringComparison.Ordinal);
    }
}
