namespace ActorBalancer.SystemTests.Processes;

/// <summary>Waits for what other processes do. The deadline only ends a test that would hang; it decides nothing else.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    public static Task IsTrue(Func<bool> condition, string what) => IsTrue(() => Task.FromResult(condition()), what);

    public static async Task IsTrue(Func<Task<bool>> condition, string what)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Deadline, $"still not after {Deadline.TotalSeconds:0} s: {what}");
            await Task.Delay(Poll);
        }
    }
}
