using System.ComponentModel;

namespace ActorBalancer.Node.Guard;

/// <summary>
/// The worker's way to its guard process. One that ends, which only a kill can make it do, is replaced: its commands are ended
/// here, and their attempts have failed.
/// </summary>
internal sealed class CommandGuard : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task _swept = Task.CompletedTask;
    private Task<GuardLink>? _link;
    private bool _disposed;

    public CommandGuard()
    {
        // The orphans of a killed guard come to us instead of escaping to the system's first process.
        Libc.BecomeSubreaper();
        _ = Current();
    }

    /// <summary>The guard's process.</summary>
    public async Task<int> PidAsync() => (await Current()).Pid;

    /// <summary>Runs a command to its end, a cancelled one too.</summary>
    /// <exception cref="IOException">No guard could be started.</exception>
    public async Task<CommandEnd> RunAsync(GuardCommand command, CancellationToken cancellation)
    {
        GuardLink link;
        try
        {
            link = await Current();
        }
        catch (Win32Exception e)
        {
            throw new IOException($"the guard process cannot be started: {e.Message}", e);
        }
        return await link.RunAsync(command, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Task<GuardLink>? link;
        lock (_lock)
            (_disposed, link) = (true, _link);
        if (link is null)
            return;
        await ((Task)link).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (link.IsCompletedSuccessfully)
            await link.Result.DisposeAsync();
    }

    private Task<GuardLink> Current()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_link is null or { IsFaulted: true })
                _link = Task.Run(BeginAsync);
            return _link;
        }
    }

    private async Task<GuardLink> BeginAsync()
    {
        await _swept;
        GuardLink link = new();
        _ = link.Ended.ContinueWith(_ => Lose(link), TaskScheduler.Default);
        return link;
    }

    /// <summary>The next command gets another guard; one that dies at once is not started again and again for nobody.</summary>
    private void Lose(GuardLink lost)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _swept = Task.Run(() => SweepAsync(lost));
            _link = null;
        }
    }

    private static async Task SweepAsync(GuardLink lost)
    {
        await lost.GoneAsync();
        // Nothing runs again while its first run still does.
        OrphanSweep.EndAll(lost.Pid);
        lost.FailAll();
    }
}
