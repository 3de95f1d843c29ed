using System.Text;

namespace ActorBalancer.Tests.Jobs;

public sealed class JobFingerprintTests
{
    private static readonly JobRequest Job = new() { Kind = "echo", Payload = Encoding.UTF8.GetBytes("""{"a":1,"b":[true,null,"x"]}""") };

    [Theory]
    [InlineData("""{"a":1,"b":[true,null,"x"]}""", """ { "b" : [ true , null , "\u0078" ] , "a" : 1.0 } """)]
    [InlineData("""{"a":{"c":1,"d":2}}""", """{"a":{"d":2,"c":1}}""")]
    [InlineData("150", "15e1")]
    [InlineData("1.50", "0.15E+1")]
    [InlineData("-0.0", "0")]
    [InlineData("1e400", "10e399")]
    [InlineData("\"a/b\"", "\"a\\/b\"")]
    public void Payloads_that_mean_the_same_are_the_same(string one, string other) => Assert.Equal(Of(one), Of(other));

    [Theory]
    [InlineData("1", "\"1\"")]
    [InlineData("1", "-1")]
    [InlineData("1e400", "1e401")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[[1],2]", "[1,[2]]")]
    [InlineData("""{"a":1}""", """{"A":1}""")]
    [InlineData("""{"a":"b"}""", """{"a":"b","c":null}""")]
    [InlineData("null", "false")]
    [InlineData("\"\"", "[]")]
    [InlineData("12345678901234567890123", "12345678901234567890124")]
    public void Payloads_that_mean_something_else_are_not(string one, string other) => Assert.NotEqual(Of(one), Of(other));

    [Fact]
    public void Payload_that_is_no_json_counts_by_its_bytes()
    {
        Assert.Equal(Of("<a/>"), Of("<a/>"));
        Assert.NotEqual(Of("<a/>"), Of("<a />"));
    }

    public static TheoryData<string> Fields => ["kind", "queue", "source", "priority", "delay", "run_at", "time_limit", "attempts"];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Every_other_field_counts(string field)
    {
        UInt128 changed = field switch
        {
            "kind" => JobFingerprint.Of(Job with { Kind = "sleep" }, null, null),
            "queue" => JobFingerprint.Of(Job with { Queue = "other" }, null, null),
            "source" => JobFingerprint.Of(Job, "s", null),
            "priority" => JobFingerprint.Of(Job with { Priority = 9 }, null, null),
            "delay" => JobFingerprint.Of(Job, null, TimeSpan.FromSeconds(1)),
            "run_at" => JobFingerprint.Of(Job with { RunAt = DateTimeOffset.UnixEpoch }, null, null),
            "time_limit" => JobFingerprint.Of(Job with { TimeLimit = TimeSpan.FromSeconds(1) }, null, null),
            _ => JobFingerprint.Of(Job with { Attempts = 3 }, null, null),
        };
        Assert.NotEqual(JobFingerprint.Of(Job, null, null), changed);
    }

    [Fact]
    public void Delay_counts_and_not_the_time_that_follows_from_it()
    {
        TimeSpan delay = TimeSpan.FromSeconds(5);
        Assert.Equal(
            JobFingerprint.Of(Job with { RunAt = DateTimeOffset.UnixEpoch }, null, delay),
            JobFingerprint.Of(Job with { RunAt = DateTimeOffset.UnixEpoch.AddHours(1) }, null, delay));
    }

    [Fact]
    public void Source_that_stands_in_for_a_missing_one_does_not_count() =>
        Assert.Equal(JobFingerprint.Of(Job with { Source = "10.0.0.1" }, null, null), JobFingerprint.Of(Job with { Source = "10.0.0.2" }, null, null));

    [Fact]
    public void Batch_has_fingerprints_exactly_where_it_has_keys()
    {
        Assert.Null(JobBatch.From([Job]).Fingerprints);
        JobBatch batch = JobBatch.From([Job, Job with { Key = "k" }]);
        Assert.Null(batch.IdempotencyKey(0));
        Assert.Equal("k", batch.IdempotencyKey(1));
        Assert.Equal([UInt128.Zero, JobFingerprint.Of(Job, null, null)], batch.Fingerprints!);
    }

    [Fact]
    public void Payload_with_broken_text_in_it_is_what_its_bytes_are()
    {
        byte[][] payloads = [[(byte)'"', 0xFC, (byte)'"'], [(byte)'"', 0xFD, (byte)'"'], Encoding.ASCII.GetBytes("""{"a":"\ud800"}"""), Encoding.ASCII.GetBytes("""{"a":"\ud801"}""")];
        UInt128[] prints = [.. payloads.Select(p => JobFingerprint.Of(Job with { Payload = p }, null, null))];
        Assert.Equal(4, prints.Distinct().Count());
        Assert.Equal(prints[0], JobFingerprint.Of(Job with { Payload = payloads[0].ToArray() }, null, null));
    }

    private static UInt128 Of(string payload) => JobFingerprint.Of(Job with { Payload = Encoding.UTF8.GetBytes(payload) }, null, null);
}
