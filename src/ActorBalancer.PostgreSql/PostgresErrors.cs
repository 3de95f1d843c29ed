using System.Net.Sockets;
using Npgsql;

namespace ActorBalancer.Storage.Postgres;

/// <summary>What an error of PostgreSQL or of the way to it means (SQLSTATE, appendix A of its manual).</summary>
internal static class PostgresErrors
{
    public const string UniqueViolation = PostgresErrorCodes.UniqueViolation;
    public const string LockNotAvailable = PostgresErrorCodes.LockNotAvailable;

    /// <summary>No partition takes the row.</summary>
    public const string CheckViolation = PostgresErrorCodes.CheckViolation;

    /// <summary>The disk is full.</summary>
    public static bool IsFull(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>A row holds what the database cannot (classes 22 and 23), such as a zero in a text.</summary>
    public static bool IsBadRow(Exception e) => e is PostgresException { SqlState: ['2', '2' or '3', ..] };

    /// <summary>The server has been made a standby, or is set to read only: a new connection may find the one that writes.</summary>
    public static bool IsReadOnly(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>The server answered and rolled back: nothing of the transaction is stored, even if it was asked to commit.</summary>
    public static bool IsRolledBack(Exception e) => e is PostgresException { Severity: "ERROR" };

    /// <summary>The connection has ended, and not for want of an answer in time.</summary>
    public static bool IsLostConnection(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
        or NpgsqlException { InnerException: IOException or SocketException } and not PostgresException;

    /// <summary>
    /// The database is away, busy or not what it should be just now: another try may find it well. Anything else that a server says
    /// (a syntax error, a type, a constraint) is a bug of this program.
    /// </summary>
    public static bool IsPassing(Exception e) => e switch
    {
        // Connections, insufficient resources, operator intervention, system errors, deadlocks and locks, wrong state, rights.
        PostgresException { SqlState: { } state } => state[..2] is "08" or "53" or "57" or "58" or "40" or "55" or "25" or "28" or "3D" or "F0" or "XX"
            || state is PostgresErrorCodes.InsufficientPrivilege,
        NpgsqlException or TimeoutException or SocketException or IOException => true,
        ObjectDisposedException or OperationCanceledException => true,
        _ => false,
    };
}
