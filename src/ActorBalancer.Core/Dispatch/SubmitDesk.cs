namespace ActorBalancer.Dispatch;

/// <summary>The submits that this router has not answered, and since when.</summary>
internal sealed class SubmitDesk
{
    private readonly Dictionary<(int Submitter, long Ticket), (int Jobs, long SinceMicros)> _open = [];

    public bool IsEmpty => _open.Count == 0;

    public void Add(int submitter, long ticket, int jobs, long nowMicros) => _open[(submitter, ticket)] = (jobs, nowMicros);

    public void Remove(int submitter, long ticket) => _open.Remove((submitter, ticket));

    /// <summary>Takes out those that came at that time or before, with the number of their jobs.</summary>
    public IReadOnlyList<(int Submitter, long Ticket, int Jobs)> TakeUntil(long micros)
    {
        List<(int Submitter, long Ticket, int Jobs)> old = [];
        foreach (((int submitter, long ticket), (int jobs, long since)) in _open)
        {
            if (since <= micros)
                old.Add((submitter, ticket, jobs));
        }
        foreach ((int submitter, long ticket, _) in old)
            _open.Remove((submitter, ticket));
        return old;
    }
}
