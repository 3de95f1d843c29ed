using Akka.Event;

namespace ActorBalancer.Cluster.Tls;

/// <summary>Tells of refused connections, at most once in ten seconds: a stranger who knocks without end fills no disk.</summary>
internal sealed class RefusalLog(ILoggingAdapter log, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _last;
    private int _untold;

    public void Add(string peer, string reason)
    {
        int untold;
        lock (_gate)
        {
            if (_last is { } last && clock.GetElapsedTime(last) < Pause)
            {
                _untold++;
                return;
            }
            _last = clock.GetTimestamp();
            (untold, _untold) = (_untold, 0);
        }
        log.Warning("Refused a connection from {0}: {1} ({2} more refused since the last such line)", peer, reason, untold);
    }
}
