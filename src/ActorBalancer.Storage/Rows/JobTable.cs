namespace ActorBalancer.Storage.Rows;

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

/// <summary>Which state lies where.</summary>
internal static class JobTables
{
    public static JobTable Of(JobState state) => state switch
    {
        JobState.Waiting => JobTable.Job,
        JobState.Scheduled or JobState.Retrying => JobTable.Later,
        JobState.Succeeded => JobTable.Done,
        _ => JobTable.Ended,
    };
}
