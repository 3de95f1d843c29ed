namespace ActorBalancer.Storage.Sqlite;

/// <summary>The four tables of jobs; a job is in exactly one.</summary>
internal enum JobTable
{
    /// <summary>Can be dispatched.</summary>
    Job,

    /// <summary>Scheduled and retrying.</summary>
    Later,

    /// <summary>Succeeded.</summary>
    Done,

    /// <summary>Dead, discarded and cancelled.</summary>
    Ended,
}
