using ActorBalancer.Load;
using ActorBalancer.Work;

namespace ActorBalancer.Wire;

/// <summary>What nodes say of themselves: hello, welcome and samples.</summary>
internal static class MemberFormat
{
    private const byte Held = WireFormat.Own;
    private const byte Left = Held + HeldColumns.Count;

    public static byte[] Write(WorkerHello hello)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(hello.WorkerIncarnation);
        w.Name(hello.Name);
        w.Number(hello.Slots);
        w.Number(hello.Weight);
        w.Number(hello.LifePort);
        w.Name(hello.Version);
        w.Number(hello.StartedUnixMs);
        w.Flag(hello.Draining);
        w.Count(hello.Held.Length);
        w.Names(hello.Kinds);
        w.Count(hello.Left.Length);
        w.Number(hello.Number);
        w.Number(hello.HeardIncarnation);
        w.Number(hello.HeardRound);
        w.End(head);
        HeldColumns.Write(w, hello.Held, Held);
        HeldColumns.Write(w, hello.Left, Left);
        return w.Finish();
    }

    public static WorkerHello ReadHello(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(WorkerHello), cache);
        WireFields head = r.Fields(WireFormat.Head);
        long incarnation = head.Number();
        string name = head.Name();
        int slots = head.Int32();
        int weight = head.Int32();
        int lifePort = head.Int32();
        string version = head.Name();
        long started = head.UnixMs();
        bool draining = head.Flag();
        int held = head.ColumnCount();
        string[] kinds = head.Names();
        int left = head.ColumnCount();
        return new WorkerHello
        {
            Number = head.Number(),
            HeardIncarnation = head.Number(),
            HeardRound = head.Number(),
            WorkerIncarnation = incarnation,
            Name = name,
            Slots = slots,
            Weight = weight,
            LifePort = lifePort,
            Version = version,
            StartedUnixMs = started,
            Draining = draining,
            Kinds = kinds,
            Held = HeldColumns.Read(in r, held, Held),
            Left = HeldColumns.Read(in r, left, Left),
        };
    }

    public static byte[] Write(RouterWelcome welcome)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(welcome.RouterIncarnation);
        w.Name(welcome.RouterName);
        w.Number(welcome.WorkerIncarnation);
        w.Number(welcome.LifePort);
        w.Number(welcome.ProcessIncarnation);
        w.Count(welcome.Queues.Length);
        foreach (int queue in welcome.Queues)
            w.Number(queue);
        w.Number(welcome.Round);
        w.Number(welcome.HelloSeen);
        w.End(head);
        return w.Finish();
    }

    public static RouterWelcome ReadWelcome(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(RouterWelcome), cache);
        WireFields head = r.Fields(WireFormat.Head);
        RouterWelcome welcome = new(head.Number(), head.Name(), head.Number(), head.Int32()) { ProcessIncarnation = head.Number() };
        int queues = head.Count();
        int[] numbers = queues == 0 ? [] : new int[queues];
        for (int i = 0; i < queues; i++)
            numbers[i] = head.Int32();
        return welcome with { Queues = numbers, Round = head.Number(), HelloSeen = head.Number() };
    }

    public static byte[] Write(NodeSample sample)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Name(sample.Node);
        w.Number(sample.WorkerIncarnation);
        w.Real(sample.Cpu);
        w.Number(sample.MemoryBytes);
        w.Number(sample.MemoryLimitBytes);
        w.Number(sample.Running);
        w.Number(sample.Queued);
        w.Number(sample.Finished);
        w.Number(sample.ServiceMicros);
        w.Number(sample.UnixMs);
        w.End(head);
        return w.Finish();
    }

    public static NodeSample ReadSample(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(NodeSample), cache);
        WireFields head = r.Fields(WireFormat.Head);
        return new NodeSample
        {
            Node = head.Name(),
            WorkerIncarnation = head.Number(),
            Cpu = head.Real(),
            MemoryBytes = head.Number(),
            MemoryLimitBytes = head.Number(),
            Running = head.Int32(),
            Queued = head.Int32(),
            Finished = head.Number(),
            ServiceMicros = head.Number(),
            UnixMs = head.Number(),
        };
    }
}
