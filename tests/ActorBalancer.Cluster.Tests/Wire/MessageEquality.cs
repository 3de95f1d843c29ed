using System.Collections;
using System.Reflection;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>Compares two messages member by member and names the first that differs; null when none does.</summary>
internal static class MessageEquality
{
    public static string? Difference(object? left, object? right, string path = "")
    {
        if (left is null || right is null)
            return left is null && right is null ? null : $"{path}: {left ?? "null"} is not {right ?? "null"}";
        if (left is ReadOnlyMemory<byte> bytes)
            return bytes.Span.SequenceEqual(((ReadOnlyMemory<byte>)right).Span) ? null : $"{path}: the bytes differ";
        if (left is JobBatch batch)
            return Difference(Rows(batch), Rows((JobBatch)right), path);
        if (left is DateTimeOffset time)
            return time.EqualsExact((DateTimeOffset)right) ? null : $"{path}: {left:O} is not {right:O}";
        Type type = left.GetType();
        if (type.IsPrimitive || type.IsEnum || left is string)
            return left.Equals(right) ? null : $"{path}: {left} is not {right}";
        if (left is IEnumerable items)
            return Lists([.. items.Cast<object?>()], [.. ((IEnumerable)right).Cast<object?>()], path);
        return Members(type, left, right, path);
    }

    private static string? Lists(object?[] left, object?[] right, string path)
    {
        if (left.Length != right.Length)
            return $"{path}: {left.Length} items are not {right.Length}";
        return left.Zip(right, (a, b) => (a, b)).Select((pair, i) => Difference(pair.a, pair.b, $"{path}[{i}]")).FirstOrDefault(d => d is not null);
    }

    private static string? Members(Type type, object left, object right, string path)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        FieldInfo[] fields = type.GetFields(All);
        Assert.NotEmpty(fields);
        return fields.Select(f => Difference(f.GetValue(left), f.GetValue(right), $"{path}.{f.Name}")).FirstOrDefault(d => d is not null);
    }

    // A batch may say the same with a column or without one; its rows decide.
    private static object?[] Rows(JobBatch jobs) =>
    [
        jobs.Rule,
        .. Enumerable.Range(0, jobs.Count).Select(i => (object?)new object?[]
        {
            jobs.Kind(i), jobs.Queue(i), jobs.Payload(i), jobs.Source(i), jobs.Priority(i), jobs.RunAtUnixMs(i), jobs.TimeLimitMs(i),
            jobs.AttemptsAllowed(i), jobs.IdempotencyKey(i), jobs.IdempotencyKey(i) is null ? null : jobs.Fingerprints![i].ToString("X32", null),
        }),
    ];
}
