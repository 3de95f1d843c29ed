using System.Runtime.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// The layout of every message: one byte of format version, then sections of tag, length and bytes in any order. It is
/// extend-only: a reader skips sections that it does not know and ignores what follows the fields it knows; a section or
/// a field that is missing reads as zero, null or empty. So both directions of a rolling upgrade work as long as a new
/// field is read one release before anything depends on it. A tag is never given a second meaning.
/// </summary>
internal static class WireFormat
{
    /// <summary>Grows only if the layout itself changes; a reader refuses any other.</summary>
    public const byte Version = 1;

    /// <summary>Single fields in a fixed order, and the counts of the columns.</summary>
    public const byte Head = 1;

    /// <summary>Distinct names that come again in other messages: kinds, queues, workers.</summary>
    public const byte Names = 2;

    /// <summary>Distinct texts that do not: sources, errors.</summary>
    public const byte Texts = 3;

    /// <summary>All payloads or results, one after the other; the last section.</summary>
    public const byte Blob = 4;

    /// <summary>The first tag that each message gives its own meaning.</summary>
    public const byte Own = 5;

    /// <summary>Tags from here on are skipped by this release.</summary>
    public const int KnownTags = 24;

    /// <summary>A column whose values grow by the same step, mostly 0: first value and step.</summary>
    public const byte Line = 0;

    /// <summary>A column as differences to the value before, at least one byte each.</summary>
    public const byte Deltas = 1;

    /// <summary>The last millisecond since 1970 that a <see cref="DateTimeOffset"/> can hold, the end of the year 9999.</summary>
    public const long LastUnixMs = 253_402_300_799_999;

    public static SerializationException Malformed(string message, string what) => new($"{message} refused: {what}.");
}
