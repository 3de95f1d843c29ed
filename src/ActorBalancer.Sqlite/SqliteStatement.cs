using System.Buffers;
using System.Text;
using SQLitePCL;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>A prepared statement. Arguments count from 1, columns from 0, as SQLite has it; what is not bound keeps its last value.</summary>
internal sealed class SqliteStatement(SqliteHandle handle, sqlite3_stmt statement) : IDisposable
{
    private const int OnStack = 512;

    public SqliteStatement Bind(int at, long value)
    {
        handle.Check(raw.sqlite3_bind_int64(statement, at, value));
        return this;
    }

    public SqliteStatement Bind(int at, long? value) => value is { } some ? Bind(at, some) : BindNull(at);

    public SqliteStatement BindNull(int at)
    {
        handle.Check(raw.sqlite3_bind_null(statement, at));
        return this;
    }

    public SqliteStatement Bind(int at, string? text)
    {
        if (text is null)
            return BindNull(at);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rented ?? stackalloc byte[OnStack];
        int count = Encoding.UTF8.GetBytes(text, bytes);
        int code = raw.sqlite3_bind_text(statement, at, bytes[..count]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        handle.Check(code);
        return this;
    }

    public SqliteStatement Bind(int at, ReadOnlySpan<byte> blob)
    {
        handle.Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, at, 0) : raw.sqlite3_bind_blob(statement, at, blob));
        return this;
    }

    /// <summary>Nothing if the statement has no argument of that name.</summary>
    public SqliteStatement BindNamed(string name, string? text) =>
        raw.sqlite3_bind_parameter_index(statement, name) is > 0 and int at ? Bind(at, text) : this;

    /// <inheritdoc cref="BindNamed(string, string?)"/>
    public SqliteStatement BindNamed(string name, long value) =>
        raw.sqlite3_bind_parameter_index(statement, name) is > 0 and int at ? Bind(at, value) : this;

    /// <summary>True: there is a row.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
            return code == raw.SQLITE_ROW;
        handle.Check(code);
        throw new SqliteFailure(code, "a step without a result");
    }

    public void Reset() => raw.sqlite3_reset(statement);

    /// <summary>Runs it to its end for what it does.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();
}
