using System.Text;
using SQLitePCL;

namespace ActorBalancer.Storage.Sqlite;

/// <summary>
/// A connection over SQLite's own interface, for one thread at a time. The wrapper of Microsoft.Data.Sqlite costs as much as SQLite
/// itself where every statement handles one row.
/// </summary>
internal sealed class SqliteHandle : IDisposable
{
    private readonly sqlite3 _db;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    static SqliteHandle() => Batteries_V2.Init();

    private SqliteHandle(sqlite3 db) => _db = db;

    /// <summary>The library's version as one number: 3.51.3 is 3051003.</summary>
    public static int Version
    {
        get
        {
            Batteries_V2.Init();
            return raw.sqlite3_libversion_number();
        }
    }

    public long Changes => raw.sqlite3_changes(_db);

    /// <summary>False: no transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    /// <exception cref="SqliteFailure">It cannot be opened.</exception>
    public static SqliteHandle Open(string file)
    {
        Batteries_V2.Init();
        int code = raw.sqlite3_open_v2(file, out sqlite3 db, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            string message = db is null ? "cannot open" : raw.sqlite3_errmsg(db).utf8_to_string();
            db?.Dispose();
            throw new SqliteFailure(code, $"{message} ({file})");
        }
        raw.sqlite3_extended_result_codes(db, 1);
        raw.sqlite3_busy_timeout(db, 5000);
        return new SqliteHandle(db);
    }

    /// <summary>Runs statements that give no rows anybody wants.</summary>
    public void Execute(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The first column of the first row; 0: there is none.</summary>
    public long Scalar(string sql, params ReadOnlySpan<long> arguments)
    {
        SqliteStatement statement = Cached(sql);
        for (int i = 0; i < arguments.Length; i++)
            statement.Bind(i + 1, arguments[i]);
        long value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>Runs a statement with numbers for arguments; how many rows it changed.</summary>
    public long Run(string sql, params ReadOnlySpan<long> arguments)
    {
        SqliteStatement statement = Cached(sql);
        for (int i = 0; i < arguments.Length; i++)
            statement.Bind(i + 1, arguments[i]);
        statement.Step();
        statement.Reset();
        return Changes;
    }

    public string Text(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) ?? "" : "";
    }

    /// <summary>Prepared once and kept; reset it after use.</summary>
    public SqliteStatement Cached(string sql)
    {
        if (!_statements.TryGetValue(sql, out SqliteStatement? statement))
            _statements.Add(sql, statement = Prepare(sql));
        return statement;
    }

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out sqlite3_stmt statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Makes <c>has(text, part)</c> known: whether the part is in the text, in upper or lower case, as .NET's ordinal rule has it.</summary>
    public void AddTextFunction() => Check(raw.sqlite3_create_function(_db, "has", 2, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null,
        static (context, _, arguments) =>
        {
            string text = Encoding.UTF8.GetString(raw.sqlite3_value_blob(arguments[0])), part = Encoding.UTF8.GetString(raw.sqlite3_value_blob(arguments[1]));
            raw.sqlite3_result_int(context, text.Contains(part, StringComparison.OrdinalIgnoreCase) ? 1 : 0);
        }));

    /// <summary>Undoes what an open transaction did; safe where there is none.</summary>
    public void Rollback()
    {
        foreach (SqliteStatement statement in _statements.Values)
            statement.Reset();
        if (InTransaction)
            raw.sqlite3_exec(_db, "ROLLBACK");
    }

    /// <exception cref="SqliteFailure">The code is an error.</exception>
    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteFailure(code, raw.sqlite3_errmsg(_db).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements.Values)
            statement.Dispose();
        _db.Dispose();
    }
}
