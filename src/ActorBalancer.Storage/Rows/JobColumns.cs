namespace ActorBalancer.Storage.Rows;

/// <summary>The columns that the four tables of jobs share, in the order in which they are read and moved.</summary>
internal static class JobColumns
{
    public const string All =
        "key, state, kind, submitted, listed, source, allowed, time_limit, run_at, at, used, crashes, runs, worker, started, ended, "
        + "outcome, why, reason, error, history, result, payload";

    /// <summary>All but the payload, which nobody asks for who only looks.</summary>
    public const string ForLooking =
        "key, state, kind, submitted, listed, source, allowed, time_limit, run_at, at, used, crashes, runs, worker, started, ended, "
        + "outcome, why, reason, error, history, result";

    /// <summary>What a dispatcher needs.</summary>
    public const string ForDispatch = "key, kind, submitted, source, allowed, time_limit, run_at, at, used, crashes, runs, payload";

    public const int Key = 0;
    public const int State = 1;
    public const int Kind = 2;
    public const int Submitted = 3;
    public const int Listed = 4;
    public const int Source = 5;
    public const int At = 9;
    public const int Used = 10;
    public const int Crashes = 11;
    public const int Runs = 12;
    public const int Worker = 13;
    public const int Started = 14;
    public const int Ended = 15;
    public const int Outcome = 16;
    public const int Why = 17;
    public const int Reason = 18;
    public const int Error = 19;
    public const int History = 20;
    public const int Result = 21;
}
