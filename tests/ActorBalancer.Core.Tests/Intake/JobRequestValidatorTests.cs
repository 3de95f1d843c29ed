using ActorBalancer.Intake;

namespace ActorBalancer.Core.Tests.Intake;

public sealed class JobRequestValidatorTests
{
    private const int PayloadLimit = 256;
    private static readonly JobRequest Good = new() { Kind = "echo", Payload = "1"u8.ToArray() };

    public static TheoryData<string, JobRequest, RefusalCode> Rows { get; } = new()
    {
        { "only what is required", Good, RefusalCode.None },
        { "kind of 64", Good with { Kind = new string('a', 64) }, RefusalCode.None },
        { "kind of 65", Good with { Kind = new string('a', 65) }, RefusalCode.Invalid },
        { "kind empty", Good with { Kind = "" }, RefusalCode.Invalid },
        { "kind null", Good with { Kind = null! }, RefusalCode.Invalid },
        { "kind upper case", Good with { Kind = "Echo" }, RefusalCode.Invalid },
        { "kind begins with a dot", Good with { Kind = ".echo" }, RefusalCode.Invalid },
        { "kind with every sign", Good with { Kind = "0a.b_c-d" }, RefusalCode.None },
        { "kind with a line feed at its end", Good with { Kind = "echo\n" }, RefusalCode.Invalid },
        { "kind with a foreign digit", Good with { Kind = "echo٣" }, RefusalCode.Invalid },
        { "queue null", Good with { Queue = null! }, RefusalCode.Invalid },
        { "queue with a blank", Good with { Queue = "a b" }, RefusalCode.Invalid },
        { "source empty", Good with { Source = "" }, RefusalCode.Invalid },
        { "source of 256", Good with { Source = new string('é', 256) }, RefusalCode.None },
        { "source of 257", Good with { Source = new string('é', 257) }, RefusalCode.Invalid },
        { "source of 256 signs outside the basic plane", Good with { Source = string.Concat(Enumerable.Repeat("\U0001F600", 256)) }, RefusalCode.None },
        { "source with a control character", Good with { Source = "a\u0007b" }, RefusalCode.Invalid },
        { "source with a C1 control character", Good with { Source = "a\u0085b" }, RefusalCode.Invalid },
        { "source with a lone high surrogate", Good with { Source = "a\uD83D" }, RefusalCode.Invalid },
        { "source with a lone low surrogate", Good with { Source = "\uDE00a" }, RefusalCode.Invalid },
        { "priority 0", Good with { Priority = 0 }, RefusalCode.None },
        { "priority 9", Good with { Priority = 9 }, RefusalCode.None },
        { "priority 10", Good with { Priority = 10 }, RefusalCode.Invalid },
        { "priority -1", Good with { Priority = -1 }, RefusalCode.Invalid },
        { "attempts 1", Good with { Attempts = 1 }, RefusalCode.None },
        { "attempts 1000", Good with { Attempts = 1_000 }, RefusalCode.None },
        { "attempts 0", Good with { Attempts = 0 }, RefusalCode.Invalid },
        { "attempts 1001", Good with { Attempts = 1_001 }, RefusalCode.Invalid },
        { "time limit of a tick", Good with { TimeLimit = TimeSpan.FromTicks(1) }, RefusalCode.None },
        { "time limit of a week", Good with { TimeLimit = TimeSpan.FromSeconds(604_800) }, RefusalCode.None },
        { "time limit 0", Good with { TimeLimit = TimeSpan.Zero }, RefusalCode.Invalid },
        { "time limit over a week", Good with { TimeLimit = TimeSpan.FromSeconds(604_800.001) }, RefusalCode.Invalid },
        { "run at the start of 2000", Good with { RunAt = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero) }, RefusalCode.None },
        { "run at before 2000 in UTC", Good with { RunAt = new(2000, 1, 1, 0, 0, 0, TimeSpan.FromHours(1)) }, RefusalCode.Invalid },
        { "run at the end of 2100", Good with { RunAt = new(2100, 12, 31, 23, 59, 59, TimeSpan.Zero) }, RefusalCode.None },
        { "run at 2101", Good with { RunAt = new(2101, 1, 1, 0, 0, 0, TimeSpan.Zero) }, RefusalCode.Invalid },
        { "payload at the limit", Good with { Payload = new byte[PayloadLimit] }, RefusalCode.None },
        { "payload over the limit", Good with { Payload = new byte[PayloadLimit + 1] }, RefusalCode.TooLarge },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Request_is_judged_by_the_contract(string name, JobRequest request, RefusalCode expected)
    {
        RefusalCode code = JobRequestValidator.Check(request, PayloadLimit, out string? detail);
        Assert.True(expected == code, $"{name}: {code}, {detail}");
        Assert.Equal(expected == RefusalCode.None, detail is null);
    }

    [Fact]
    public void Delay_and_run_at_exclude_each_other()
    {
        SubmitOptions both = new() { Delay = TimeSpan.FromSeconds(1), RunAt = DateTimeOffset.UnixEpoch };
        Assert.Equal(RefusalCode.Invalid, JobRequestValidator.Check(both, out string? detail));
        Assert.Contains("delay", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.001, RefusalCode.Invalid)]
    [InlineData(0, RefusalCode.None)]
    [InlineData(315_360_000, RefusalCode.None)]
    [InlineData(315_360_000.001, RefusalCode.Invalid)]
    public void Delay_is_at_most_ten_years(double seconds, RefusalCode expected) =>
        Assert.Equal(expected, JobRequestValidator.Check(new SubmitOptions { Delay = TimeSpan.FromSeconds(seconds) }, out _));
}
