using System.Collections.Concurrent;
using System.Reflection;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Dispatch;
using ActorBalancer.Wire;
using ActorBalancer.Work;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>
/// Makes any message from its type alone, by reflection, so that a new message or a new field is generated, and missed
/// by the comparison, without anybody remembering to write a test for it.
/// </summary>
internal static class MessageGen
{
    private static readonly ConcurrentDictionary<Type, Gen<object?>> s_known = new();

    private static readonly Gen<long> s_long = Gen.OneOf(
        Gen.Long, Gen.Long[-3, 3], Gen.Const(long.MinValue), Gen.Const(long.MaxValue), Gen.Const(1_790_000_000_000L));

    private static readonly Gen<int> s_int = Gen.OneOf(Gen.Int, Gen.Int[-3, 3], Gen.Const(int.MinValue), Gen.Const(int.MaxValue));

    // Surrogate pairs, half a pair (an error text cut in two), the empty string and long ones.
    private static readonly Gen<string> s_string = Gen.OneOf(
        Gen.OneOf("resize", "mail", "default", "", "\U0001F600", "a\U00010348z", "\uD800", "x\uDC00y", "\0", "ü\u20AC"),
        Gen.String,
        Gen.Int[0, 4096].Select(n => new string('e', n)));

    private static readonly Gen<DateTimeOffset> s_time = Gen.OneOf(
        Gen.Const(DateTimeOffset.MinValue),
        Gen.Const(DateTimeOffset.MaxValue),
        Gen.Select(Gen.Long[TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay], Gen.Int[-840, 840],
            (ticks, minutes) => new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes))));

    private static readonly Gen<JobRequest> s_request =
        from kind in s_string
        from queue in s_string
        from payload in Gen.Byte.Array[0, 40]
        from source in s_string.Null()
        from priority in Gen.Int[0, 9]
        from runAt in Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds).Nullable()
        from limit in Gen.Int[1, int.MaxValue].Select(ms => TimeSpan.FromMilliseconds(ms)).Nullable()
        from attempts in Gen.Int[1, 1000].Nullable()
        from key in s_string.Null()
        select new JobRequest
        {
            Kind = kind, Payload = payload, Queue = queue, Source = source, Priority = priority, RunAt = runAt, TimeLimit = limit, Attempts = attempts, Key = key,
        };

    private static readonly Gen<JobBatch> s_batch =
        from jobs in s_request.Array[1, 12]
        from rule in Gen.Enum<BatchRule>()
        select JobBatch.From(jobs, rule);

    public static Gen<object> For(Type type) => Value(type).Select(value => Consistent(value!));

    // A code belongs to a key, and what was known is a row of the answer; everything else of a message is free.
    private static object Consistent(object message) => message is IGatewayProtocol.SubmitAnswer answer
        ? answer with
        {
            Codes = answer.Codes is { } codes ? [.. answer.Keys.Select((_, i) => codes.Length == 0 ? RefusalCode.None : codes[i % codes.Length])] : null,
            Known = answer.Known is { } known && answer.Keys.Length > 0
                ? [.. known.Take(answer.Keys.Length).Select(k => (int)((uint)k % (uint)answer.Keys.Length))]
                : null,
        }
        : message;

    private static Gen<object?> Value(Type type) => s_known.GetOrAdd(type, Make);

    private static Gen<object?> Make(Type type)
    {
        if (type == typeof(long)) return s_long.Select(v => (object?)v);
        if (type == typeof(int)) return s_int.Select(v => (object?)v);
        if (type == typeof(bool)) return Gen.Bool.Select(v => (object?)v);
        if (type == typeof(double)) return Gen.Double.Select(v => (object?)v);
        if (type == typeof(string)) return s_string.Select(v => (object?)v);
        if (type == typeof(DateTimeOffset)) return s_time.Select(v => (object?)v);
        if (type == typeof(ReadOnlyMemory<byte>)) return Gen.Byte.Array[0, 60].Select(v => (object?)new ReadOnlyMemory<byte>(v));
        if (type == typeof(JobBatch)) return s_batch.Select(v => (object?)v);
        if (type == typeof(JobId)) return s_long.Select(v => (object?)new JobId(v));
        if (type.IsEnum) return Gen.OneOf<object?>([.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => Enum.ToObject(type, v))]);
        if (Nullable.GetUnderlyingType(type) is { } inner) return OrNull(Value(inner));
        if (type.IsArray) return List(type.GetElementType()!);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return List(type.GetGenericArguments()[0]);
        return Members(type);
    }

    private static Gen<object?> List(Type element) => Value(element).Array[0, 12].Select(items =>
    {
        Array typed = Array.CreateInstance(element, items.Length);
        for (int i = 0; i < items.Length; i++)
            typed.SetValue(items[i], i);
        return (object?)typed;
    });

    private static Gen<object?> Members(Type type)
    {
        NullabilityInfoContext nullability = new();
        ConstructorInfo? constructor = type.GetConstructors().FirstOrDefault(c => c.GetParameters() is [var first, ..] && first.ParameterType != type);
        ParameterInfo[] parameters = constructor?.GetParameters() ?? [];
        PropertyInfo[] properties = [.. type.GetProperties().Where(p => p.CanWrite && !parameters.Any(a => a.Name == p.Name))];
        FieldInfo[] fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
        Assert.True(parameters.Length + properties.Length + fields.Length > 0, $"{type} has nothing to generate.");

        Gen<object?[]> all = Gen.Const(Array.Empty<object?>());
        foreach (ParameterInfo p in parameters)
            all = Then(all, p.Name!, p.ParameterType, nullability.Create(p));
        foreach (PropertyInfo p in properties)
            all = Then(all, p.Name, p.PropertyType, nullability.Create(p));
        foreach (FieldInfo f in fields)
            all = Then(all, f.Name, f.FieldType, nullability.Create(f));
        return all.Select(values =>
        {
            object made = constructor is null ? Activator.CreateInstance(type)! : constructor.Invoke(values[..parameters.Length]);
            int i = parameters.Length;
            foreach (PropertyInfo p in properties)
                p.SetValue(made, values[i++]);
            foreach (FieldInfo f in fields)
                f.SetValue(made, values[i++]);
            return (object?)made;
        });
    }

    private static Gen<object?[]> Then(Gen<object?[]> before, string name, Type type, NullabilityInfo info)
    {
        bool nullable = !type.IsValueType && info.ReadState == NullabilityState.Nullable;
        Gen<object?> value = Named(name) ?? (nullable ? OrNull(Value(type)) : Value(type));
        return Gen.Select(before, value, (items, last) => (object?[])[.. items, last]);
    }

    // What the wire bounds, wherever it comes.
    private static Gen<object?>? Named(string name) => name switch
    {
        nameof(FinishedRun.StartedUnixMs) => Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, WireFormat.LastUnixMs / 2]).Select(v => (object?)v),
        nameof(FinishedRun.DurationMicros) => Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, WireFormat.LastUnixMs * 400]).Select(v => (object?)v),
        // The one member that stays on its side of the wire.
        nameof(HeldRun.IsLeft) => Gen.Const((object?)false),
        // A list of lists in a list would only take its time.
        nameof(JobInfo.Decisions) => Value(typeof(JobDecision)).Array[0, 1].Select(items => (object?)items.Cast<JobDecision>().ToArray()),
        nameof(FinishedJob.Index) => Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, int.MaxValue]).Select(v => (object?)v),
        _ => null,
    };

    private static Gen<object?> OrNull(Gen<object?> value) => Gen.Frequency((1, Gen.Const((object?)null)), (3, value));
}
