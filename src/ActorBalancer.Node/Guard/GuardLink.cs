using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using ActorBalancer.Hosting;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Guard;

/// <summary>One guard process, from its worker's side, until it ends.</summary>
internal sealed class GuardLink : IAsyncDisposable
{
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);
    private static readonly CommandEnd Lost = new(CommandEndKind.GuardLost, 0, [], []);

    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CommandEnd>> _runs = new();
    private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _last;

    public GuardLink()
    {
        ProcessStartInfo start = Executable.Of(typeof(GuardLink).Assembly.Location);
        start.ArgumentList.Add(GuardProcess.Verb);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        foreach (string setting in start.Environment.Keys.Where(k => k.StartsWith(EnvironmentNames.Prefix, StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(setting);
        _process = Process.Start(start)!;
        Ended = ReadAsync(_process.StandardOutput.BaseStream);
        _ = WriteAsync(_process.StandardInput.BaseStream);
    }

    public int Pid => _process.Id;

    /// <summary>Completes when the guard is gone; its commands are not, unless it had the time.</summary>
    public Task Ended { get; }

    /// <summary>Runs a command to its end; after a cancellation too, which asks it to end and soon kills it.</summary>
    public async Task<CommandEnd> RunAsync(GuardCommand command, CancellationToken cancellation)
    {
        long run = Interlocked.Increment(ref _last);
        TaskCompletionSource<CommandEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _runs[run] = end;
        // One that the pipe still took may have begun, so it fails with the others, after the sweep; this one has not.
        if (!_frames.Writer.TryWrite(GuardFrames.OfRun(run, command)) && _runs.TryRemove(run, out _))
            end.SetResult(Lost);
        using CancellationTokenRegistration stop = cancellation.Register(() => _frames.Writer.TryWrite(GuardFrames.OfStop(run)));
        return await end.Task;
    }

    /// <summary>Waits until the system has given its children to us; a closed pipe alone says nothing of that.</summary>
    public async Task GoneAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Closes the pipe and waits, not for ever, until the guard has ended its commands and itself.</summary>
    public async ValueTask DisposeAsync()
    {
        _frames.Writer.TryComplete();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(LastWait);
        }
        catch (TimeoutException)
        {
            // A command hangs in the system itself; the guard stays with it.
        }
        FailAll();
        _process.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        // Not while the constructor runs.
        await Task.Yield();
        FrameReader frames = new(Receive);
        byte[] buffer = new byte[1 << 16];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0)
                frames.Add(buffer.AsSpan(0, count));
        }
        catch (IOException)
        {
            // An end like any other.
        }
        _frames.Writer.TryComplete();
    }

    private async Task WriteAsync(Stream stream)
    {
        try
        {
            await foreach (byte[] frame in _frames.Reader.ReadAllAsync())
            {
                await stream.WriteAsync(frame);
                await stream.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The guard has ended; the reader notices too.
        }
        await stream.DisposeAsync();
    }

    private void Receive(byte kind, long run, ReadOnlySpan<byte> fields)
    {
        if (kind == GuardFrames.Ended && _runs.TryRemove(run, out TaskCompletionSource<CommandEnd>? end))
            end.SetResult(GuardFrames.ReadEnd(fields));
    }

    /// <summary>Tells all who wait that the guard is lost.</summary>
    public void FailAll()
    {
        foreach (long run in _runs.Keys)
        {
            if (_runs.TryRemove(run, out TaskCompletionSource<CommandEnd>? end))
                end.SetResult(Lost);
        }
    }
}
