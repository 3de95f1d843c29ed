using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Storage;
using ActorBalancer.Strategies;

namespace ActorBalancer.Wire;

/// <summary>What a gateway asks a router, but for the jobs that it submits.</summary>
internal static class QuestionFormat
{
    private const byte Keys = WireFormat.Own;
    private const int DefaultLimit = 100;

    public static byte[] Write(IGatewayProtocol.WatchJobs watch) => WriteKeys(watch.Ticket, watch.Keys);

    public static IGatewayProtocol.WatchJobs ReadWatch(byte[] bytes, NameCache cache)
    {
        (long ticket, long[] keys) = ReadKeys(bytes, nameof(IGatewayProtocol.WatchJobs), cache);
        return new IGatewayProtocol.WatchJobs(ticket, keys);
    }

    /// <summary>A question about many jobs.</summary>
    public static byte[] WriteKeys(long ticket, long[] keys)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(ticket);
        w.Count(keys.Length);
        w.End(head);
        w.Carrier<long, NumberColumn>(Keys, keys);
        return w.Finish();
    }

    public static (long Ticket, long[] Keys) ReadKeys(byte[] bytes, string message, NameCache cache)
    {
        WireReader r = new(bytes, message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        long ticket = head.Number();
        long[] keys = r.Items<long>(head.ColumnCount(), Keys);
        r.Column<long, NumberColumn>(Keys, keys);
        return (ticket, keys);
    }

    /// <summary>A question that is a ticket, and the key of a job if it is about one.</summary>
    public static byte[] Write(long ticket, long key = 0)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(ticket);
        w.Number(key);
        w.End(head);
        return w.Finish();
    }

    public static (long Ticket, long Key) Read(byte[] bytes, string message, NameCache cache)
    {
        WireReader r = new(bytes, message, cache);
        WireFields head = r.Fields(WireFormat.Head);
        return (head.Number(), head.Number());
    }

    public static byte[] Write(IGatewayProtocol.ListJobs list)
    {
        JobQuery query = list.Query;
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(list.Ticket);
        w.Count(query.State is { } state ? (int)state + 1 : 0);
        w.Name(query.Queue);
        w.Name(query.Kind);
        w.Text(query.Source);
        w.Flag(query.After is not null);
        w.Number(query.After?.Key ?? 0);
        w.Number((long)query.Limit - DefaultLimit);
        w.Text(query.Worker);
        w.Text(query.Text);
        w.Flag(query.Open);
        w.End(head);
        return w.Finish();
    }

    public static IGatewayProtocol.ListJobs ReadList(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.ListJobs), cache);
        WireFields head = r.Fields(WireFormat.Head);
        long ticket = head.Number();
        int state = head.Choice((int)JobState.Dead + 1, "job state");
        string? queue = head.NameOrNull();
        string? kind = head.NameOrNull();
        string? source = head.TextOrNull();
        bool after = head.Flag();
        long key = head.Number();
        long limit = unchecked(head.Number() + DefaultLimit);
        if (limit != (int)limit)
            throw r.Malformed($"{limit} is no limit");
        return new IGatewayProtocol.ListJobs(ticket, new JobQuery
        {
            State = state == 0 ? null : (JobState)(state - 1),
            Queue = queue,
            Kind = kind,
            Source = source,
            After = after ? new JobId(key) : null,
            Limit = (int)limit,
            Worker = head.TextOrNull(),
            Text = head.TextOrNull(),
            Open = head.Flag(),
        });
    }

    public static byte[] Write(IGatewayProtocol.DrainWorker drain)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(drain.Ticket);
        w.Text(drain.Worker);
        w.Flag(drain.Drain);
        w.Number(drain.Incarnation);
        w.End(head);
        return w.Finish();
    }

    public static IGatewayProtocol.DrainWorker ReadDrain(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.DrainWorker), cache);
        WireFields head = r.Fields(WireFormat.Head);
        return new IGatewayProtocol.DrainWorker(head.Number(), head.Text(), head.Flag()) { Incarnation = head.Number() };
    }

    public static byte[] Write(IGatewayProtocol.SetQueue set)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(set.Ticket);
        w.Name(set.Queue);
        w.Name(set.Strategy);
        w.Count(set.Binding is { } binding ? (int)binding + 1 : 0);
        w.Count(set.Paused is { } paused ? (paused ? 2 : 1) : 0);
        w.Count(set.Weights is { } weights ? (int)weights + 1 : 0);
        w.End(head);
        return w.Finish();
    }

    public static IGatewayProtocol.SetQueue ReadSet(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(IGatewayProtocol.SetQueue), cache);
        WireFields head = r.Fields(WireFormat.Head);
        long ticket = head.Number();
        string queue = head.Name();
        string? strategy = head.NameOrNull();
        int binding = head.Choice((int)Binding.Late + 1, "binding");
        int paused = head.Choice(2, "pause");
        int weights = head.Choice((int)WeightSource.Learned + 1, "weights");
        return new IGatewayProtocol.SetQueue(
            ticket, queue, strategy, binding == 0 ? null : (Binding)(binding - 1), paused == 0 ? null : paused == 2, weights == 0 ? null : (WeightSource)(weights - 1));
    }
}
