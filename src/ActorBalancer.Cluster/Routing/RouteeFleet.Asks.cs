using Akka.Actor;
using Akka.Routing;

namespace ActorBalancer.Cluster.Routing;

/// <content>Asks that are outstanding.</content>
internal sealed partial class RouteeFleet
{
    private OutstandingAsk? _oldest;
    private OutstandingAsk? _newest;
    private OutstandingAsk? _finished;

    /// <summary>The same for an ask, which counts until <see cref="Finished"/>, or until it is too old.</summary>
    public OutstandingAsk? PickForAsk(Routee[] routees, ulong source, IActorRef asker)
    {
        lock (_lock)
        {
            Follow(routees);
            EndFinished();
            Expire();
            int row = _candidates.Pick(source);
            if (row < 0)
                return null;
            _candidates.Started(row);
            OutstandingAsk ask = new(this, _rows[row]!, asker) { Since = _clock(), Older = _newest };
            if (_newest is null)
                _oldest = ask;
            else
                _newest.Newer = ask;
            return _newest = ask;
        }
    }

    /// <summary>
    /// An ask is over; nothing if it was already. Whoever answers does not wait for those who pick: what is finished lies on a stack until
    /// somebody has the lock.
    /// </summary>
    public void Finished(OutstandingAsk ask)
    {
        if (!ask.Finish())
            return;
        OutstandingAsk? top;
        do
        {
            top = Volatile.Read(ref _finished);
            ask.NextFinished = top;
        }
        while (Interlocked.CompareExchange(ref _finished, ask, top) != top);
        if (!_lock.TryEnter())
            return;
        try
        {
            EndFinished();
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Asks that the routee of that path has; 0 if it is not there.</summary>
    public int Outstanding(string path)
    {
        lock (_lock)
        {
            EndFinished();
            Expire();
            return _seats.Values.Where(s => s.Name.Path == path).Sum(s => _candidates.InFlight(s.Row));
        }
    }

    private void EndFinished()
    {
        if (Volatile.Read(ref _finished) is null)
            return;
        for (OutstandingAsk? ask = Interlocked.Exchange(ref _finished, null); ask is not null;)
        {
            OutstandingAsk? next = ask.NextFinished;
            ask.NextFinished = null;
            End(ask);
            ask = next;
        }
    }

    private void Expire()
    {
        if (_oldest is null)
            return;
        TimeSpan dead = _clock() - _options.AskExpiry;
        while (_oldest is { } ask && ask.Since <= dead)
        {
            End(ask);
            ask.Forget();
        }
    }

    private void End(OutstandingAsk ask)
    {
        if (ask.IsOver)
            return;
        ask.IsOver = true;
        if (ask.Older is null)
            _oldest = ask.Newer;
        else
            ask.Older.Newer = ask.Newer;
        if (ask.Newer is null)
            _newest = ask.Older;
        else
            ask.Newer.Older = ask.Older;
        (ask.Older, ask.Newer) = (null, null);
        if (!ask.Seat.HasLeft)
            _candidates.Finished(ask.Seat.Row);
    }
}
