namespace ActorBalancer;

/// <summary>What a refused row of a batch does to the others.</summary>
internal enum BatchRule
{
    /// <summary>Nothing.</summary>
    RowByRow,

    /// <summary>None is accepted then.</summary>
    AllOrNone,

    /// <summary>None is accepted in any case: the caller only wants to know which row would be refused.</summary>
    OnlyAsk,

    /// <summary>
    /// None is accepted, and each row that would be is given its key, which nobody else gets: the caller stores the jobs in a transaction of
    /// its own, and the owner takes them from the inbox.
    /// </summary>
    Reserve,
}
