using System.Diagnostics.CodeAnalysis;

namespace ActorBalancer;

/// <summary>
/// The public id of a job: thirteen characters of Crockford's base 32 (lower case), made from the job's key, so that a
/// look-up needs no index. Unique in one store.
/// </summary>
public readonly record struct JobId : IComparable<JobId>
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    internal const int Length = 13;

    internal JobId(long key) => Key = key;

    internal long Key { get; }

    /// <summary>Reads an id as <see cref="ToString"/> writes it; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out JobId id)
    {
        id = default;
        if (text is not { Length: Length })
            return false;
        ulong key = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int digit = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (digit < 0 || (i == 0 && digit > 7))
                return false;
            key = (key << 5) | (uint)digit;
        }
        id = new JobId((long)key);
        return true;
    }

    /// <summary>Reads an id as <see cref="ToString"/> writes it.</summary>
    /// <exception cref="FormatException">The text is not the id of any job.</exception>
    public static JobId Parse(string text) =>
        TryParse(text, out JobId id) ? id : throw new FormatException($"'{text}' is not a job id: thirteen characters of 0-9 and a-z without i, l, o, u.");

    /// <inheritdoc/>
    public int CompareTo(JobId other) => Key.CompareTo(other.Key);

    /// <summary>The id as text.</summary>
    public override string ToString() => string.Create(Length, this, static (chars, id) => id.Write(chars));

    /// <summary>The id as thirteen characters.</summary>
    internal void Write(Span<char> chars)
    {
        long key = Key;
        for (int i = Length - 1; i >= 0; i--, key >>= 5)
            chars[i] = Alphabet[(int)(key & 31)];
    }

    /// <summary>Order of dispatch.</summary>
    public static bool operator <(JobId left, JobId right) => left.Key < right.Key;

    /// <summary>Order of dispatch.</summary>
    public static bool operator >(JobId left, JobId right) => left.Key > right.Key;

    /// <summary>Order of dispatch.</summary>
    public static bool operator <=(JobId left, JobId right) => left.Key <= right.Key;

    /// <summary>Order of dispatch.</summary>
    public static bool operator >=(JobId left, JobId right) => left.Key >= right.Key;
}
