using System.Data.Common;

namespace ActorBalancer.Options;

/// <summary>What can be said of a connection without asking a database. Nothing here repeats its text, which may hold a password.</summary>
internal static class ConnectionText
{
    public const string Variable = "env:";
    public const string File = "file:";

    // Every spelling that Npgsql knows.
    private static readonly string[] PasswordKeys = ["password", "psw", "pwd"];

    /// <summary>Why it cannot be one; null: it may be. Empty is none.</summary>
    public static string? Problem(string text)
    {
        if (text is Variable or File)
            return $"{text} needs a name behind it";
        if (IsReference(text) || text.Length == 0)
            return null;
        return Parse(text) is { Count: > 0 } ? null : "has the form env:NAME, file:PATH or Host=db;Database=jobs;Username=jobs";
    }

    /// <summary>Says where the connection is to be found, and is none itself.</summary>
    public static bool IsReference(string text) =>
        text.StartsWith(Variable, StringComparison.Ordinal) || text.StartsWith(File, StringComparison.Ordinal);

    /// <summary>Holds a password itself; also a text of a wrong form that may mean to.</summary>
    public static bool HasPassword(string text)
    {
        if (IsReference(text))
            return false;
        return Parse(text) is { } parts ? PasswordKeys.Any(parts.ContainsKey) : text.Contains("://", StringComparison.Ordinal) && text.Contains('@', StringComparison.Ordinal);
    }

    private static DbConnectionStringBuilder? Parse(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
