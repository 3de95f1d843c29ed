namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>Waits for what other threads bring about. The deadline only ends a test that hangs.</summary>
internal static class Poll
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isThere)
    {
        using CancellationTokenSource hang = new(Hang);
        while (true)
        {
            T seen = await look();
            if (isThere(seen))
                return seen;
            if (hang.IsCancellationRequested)
                throw new TimeoutException($"Still {seen} after {Hang}.");
            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(Func<bool> isThere) => UntilAsync(() => Task.FromResult(isThere()), seen => seen);
}
