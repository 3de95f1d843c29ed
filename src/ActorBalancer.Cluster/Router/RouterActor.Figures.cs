using ActorBalancer.Cluster.Metrics;
using ActorBalancer.Dispatch;
using ActorBalancer.Load;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>What the router shows of its figures, and what it tells the metrics actor of runs.</summary>
internal sealed partial class RouterActor
{
    private const long FiguresInterval = Moment.PerSecond / 4;

    private long _showAt = long.MinValue;
    private long _tellRunsAt;

    /// <summary>Shows what changed and tells of runs, but not with every turn. When the next time is due.</summary>
    private long ShowFigures()
    {
        if (Dispatcher is not { } dispatcher)
            return long.MaxValue;
        long now = Now.Micros, due = TellRuns(dispatcher, now);
        if (!_unshown)
            return due;
        if (now < _showAt)
            return Math.Min(due, _showAt);
        _showAt = now + FiguresInterval;
        _unshown = false;
        _settings.Board.Figures = dispatcher.Figures();
        return due;
    }

    /// <summary>The metrics actor hears of the runs once a second or so, after which it may give other weights.</summary>
    private long TellRuns(Dispatcher dispatcher, long now)
    {
        if (!dispatcher.HasTallies)
            return long.MaxValue;
        if (now < _tellRunsAt)
            return _tellRunsAt;
        _tellRunsAt = now + Moment.PerSecond;
        _settings.Metrics.Tell(new IMetricsProtocol.Runs(dispatcher.TakeTallies()));
        return long.MaxValue;
    }
}
