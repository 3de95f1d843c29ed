using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ActorBalancer.Node.Guard;

/// <summary>
/// <c>actorbalancer guard</c>, hidden: the process between a worker and the commands that its jobs run. A worker that is killed
/// can end nothing any more; its guard sees the pipe close and does.
/// </summary>
internal static class GuardProcess
{
    public const string Verb = "guard";

    [SupportedOSPlatform("linux")]
    public static int Run()
    {
        Libc.NewSession();
        Libc.BecomeSubreaper();
        Libc.KeepDescriptors();
        // Only the pipe's end ends it: who tells all processes of a service to stop gives the worker time to drain.
        PosixSignal[] ignored = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
        PosixSignalRegistration[] registrations = [.. ignored.Select(s => PosixSignalRegistration.Create(s, context => context.Cancel = true))];
        using GuardLoop loop = new(input: 0, output: 1, TimeProvider.System);
        loop.Run();
        GC.KeepAlive(registrations);
        return ExitCode.Done;
    }
}
