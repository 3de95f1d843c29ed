using System.Text;
using System.Text.Json.Serialization;

namespace ActorBalancer.Tests.Jobs;

public sealed partial class JobOutcomeTests
{
    [Fact]
    public void Ok_has_no_result()
    {
        Assert.Equal(AttemptOutcome.Succeeded, JobOutcome.Ok.Kind);
        Assert.True(JobOutcome.Ok.Result.IsEmpty);
        Assert.Null(JobOutcome.Ok.RetryAfter);
        Assert.Null(JobOutcome.Ok.Reason);
    }

    [Fact]
    public void Default_is_no_outcome() => Assert.Equal(AttemptOutcome.None, default(JobOutcome).Kind);

    [Fact]
    public void Result_is_json_with_web_names_or_the_bytes_as_they_are()
    {
        Assert.Equal("{\"fileName\":\"a\",\"size\":7}", Text(JobOutcome.OkWith(new Found("a", 7))));
        Assert.Equal("{\"FileName\":\"a\",\"Size\":7}", Text(JobOutcome.OkWith(new Found("a", 7), FoundJson.Default.Found)));
        byte[] raw = [0, 255, 1];
        Assert.Equal(raw, JobOutcome.OkBytes(raw).Result.ToArray());
        Assert.Equal(AttemptOutcome.Succeeded, JobOutcome.OkBytes(raw).Kind);
    }

    [Fact]
    public void Retry_waits_as_asked_or_by_the_backoff()
    {
        JobOutcome retry = JobOutcome.Retry(TimeSpan.FromSeconds(3), "busy");
        Assert.Equal((AttemptOutcome.Retry, TimeSpan.FromSeconds(3), "busy"), (retry.Kind, retry.RetryAfter, retry.Reason));
        Assert.Null(JobOutcome.Retry().RetryAfter);
        Assert.Equal(TimeSpan.Zero, JobOutcome.Retry(TimeSpan.Zero).RetryAfter);
        Assert.Throws<ArgumentOutOfRangeException>(() => JobOutcome.Retry(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Discard_gives_its_reason() =>
        Assert.Equal((AttemptOutcome.Discarded, "gone"), (JobOutcome.Discard("gone").Kind, JobOutcome.Discard("gone").Reason));

    [Fact]
    public void Outcomes_are_equal_by_what_they_say()
    {
        JobOutcome[] different =
        [
            default,
            JobOutcome.Ok,
            JobOutcome.OkBytes("a"u8.ToArray()),
            JobOutcome.OkBytes("b"u8.ToArray()),
            JobOutcome.Retry(),
            JobOutcome.Retry(TimeSpan.Zero),
            JobOutcome.Retry(null, "x"),
            JobOutcome.Discard("x"),
            JobOutcome.Discard("y"),
        ];
        for (int i = 0; i < different.Length; i++)
        {
            for (int j = 0; j < different.Length; j++)
            {
                Assert.Equal(i == j, different[i] == different[j]);
                Assert.Equal(i != j, different[i] != different[j]);
            }
        }
        JobOutcome one = JobOutcome.OkBytes("same"u8.ToArray()), two = JobOutcome.OkBytes("same"u8.ToArray());
        Assert.True(one.Equals((object)two));
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
    }

    private static string Text(JobOutcome outcome) => Encoding.UTF8.GetString(outcome.Result.Span);

    internal sealed record Found(string FileName, int Size);

    [JsonSerializable(typeof(Found))]
    private sealed partial class FoundJson : JsonSerializerContext;
}
