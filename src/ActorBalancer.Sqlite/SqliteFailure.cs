using SQLitePCL;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>An error of SQLite, by its extended result code.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    private readonly int _primary = code & 0xff;

    /// <summary>The disk, or the file's limit, is full.</summary>
    public bool IsFull => _primary == raw.SQLITE_FULL;

    /// <summary>Somebody else holds the lock, or the file cannot be read or written just now: try again later.</summary>
    public bool IsPassing => _primary is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN
        or raw.SQLITE_PROTOCOL or raw.SQLITE_NOMEM or raw.SQLITE_PERM or raw.SQLITE_INTERRUPT;

    /// <summary>The file is damaged, or is no database.</summary>
    public bool IsDamage => _primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>A write or its flush to disk failed: what reached the disk is not known.</summary>
    public bool IsIo => _primary == raw.SQLITE_IOERR;
}
