using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace ActorBalancer.Storage.Postgres;

/// <summary>Short ways to add typed arguments, and text as PostgreSQL takes it.</summary>
internal static class BatchText
{
    /// <summary>Text without the two things that a PostgreSQL text cannot hold: a zero and half a surrogate pair.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || (!text.Contains('\0', StringComparison.Ordinal) && !HasHalf(text)))
            return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));
    }

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long value) => command.Add(new NpgsqlParameter<long> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int value) => command.Add(new NpgsqlParameter<int> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, bool value) => command.Add(new NpgsqlParameter<bool> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, string? value) =>
        command.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int? value) =>
        command.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)value ?? DBNull.Value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, ReadOnlyMemory<byte> value) =>
        command.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { NpgsqlDbType = NpgsqlDbType.Bytea, TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long[] value) => command.Add(new NpgsqlParameter<long[]> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int[] value) => command.Add(new NpgsqlParameter<int[]> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, long?[] value) => command.Add(new NpgsqlParameter<long?[]> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int?[] value) => command.Add(new NpgsqlParameter<int?[]> { TypedValue = value });

    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, string?[] value) =>
        command.Add(new NpgsqlParameter<string?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = value });

    private static NpgsqlBatchCommand Add(this NpgsqlBatchCommand command, NpgsqlParameter parameter)
    {
        command.Parameters.Add(parameter);
        return command;
    }

    private static bool HasHalf(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }
        return false;
    }
}
