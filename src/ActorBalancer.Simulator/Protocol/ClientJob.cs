namespace ActorBalancer.Simulator.Protocol;

/// <summary>A job as its client knows it.</summary>
internal sealed class ClientJob(long id, JobRequest request)
{
    public long Id { get; } = id;

    public JobRequest Request { get; } = request;

    /// <summary>Submits of it that are not answered.</summary>
    public int Pending { get; set; }

    public int Tries { get; set; }

    /// <summary>Some submit of it may have been accepted, or not.</summary>
    public bool IsUnsure { get; set; }

    public bool IsAccepted { get; set; }

    public Submission? AcceptedBy { get; set; }

    /// <summary>Its key in the store; -1: it is not there.</summary>
    public long Key { get; set; } = -1;

    /// <summary>The run whose outcome brings it; null: a client does.</summary>
    public Run? Parent { get; init; }

    /// <summary>In an inbox: stored, and nobody is asked.</summary>
    public bool IsPosted { get; init; }

    /// <summary>Somebody submits it again and again.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Everybody who submitted it was told for certain that it is not accepted.</summary>
    public bool IsRefused => !IsPosted && Parent is null && !IsAccepted && !IsUnsure && Pending == 0;

    public override string ToString() => $"job {Id} for {Request.Queue}{(Request.Key is null ? "" : $" with key {Request.Key}")}";
}
