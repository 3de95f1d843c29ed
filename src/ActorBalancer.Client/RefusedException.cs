namespace ActorBalancer.Client;

/// <summary>The node answered, and refused; nothing was changed unless the code is <c>outcome_unknown</c>.</summary>
public sealed class RefusedException : Exception
{
    internal RefusedException(int status, string code, string detail, long? line = null, string? state = null)
        : base(code.Length == 0 ? detail : $"{code}: {(line is null ? "" : $"line {line}: ")}{detail}") =>
        (Status, Code, Detail, Line, State) = (status, code, detail, line, state);

    /// <summary>The HTTP status; 200 where a bulk answer ends with a refused line.</summary>
    public int Status { get; }

    /// <summary>The stable word, such as <c>queue_full</c>; empty where the HTTP layer itself refused.</summary>
    public string Code { get; }

    /// <summary>A sentence that says what is wrong.</summary>
    public string Detail { get; }

    /// <summary>In bulk: the line, from 1, that was refused. Those before it, rounded down to whole thousands, were accepted.</summary>
    public long? Line { get; }

    /// <summary>With <c>conflict</c> of a result: the job's state.</summary>
    public string? State { get; }
}
