using System.Runtime.InteropServices;

namespace ActorBalancer.Node.Processes;

/// <summary>
/// Turns the first SIGTERM, SIGINT or SIGQUIT into a cancelled token. The second one ends the process as if nobody listened:
/// who asks twice does not want to wait.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="keyboard">
    /// False: the keyboard's signals are ignored. They go to a whole group of processes, and who has a parent to stop it must not
    /// stop before its turn.
    /// </param>
    public StopSignals(bool keyboard = true)
    {
        Action<PosixSignalContext> onKey = keyboard ? OnSignal : static context => context.Cancel = true;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, onKey),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, onKey),
        ];
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>As the first signal does.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Asked on a thread of its own while the process was just ending by itself.
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        Stop();
    }
}
