using System.Runtime.Serialization;

namespace ActorBalancer.Cluster.Tests.Wire;

/// <summary>Counts how often somebody makes one.</summary>
public sealed class Trap
{
    private static int s_built;

    public Trap() => Spring();

    public static int Built => Volatile.Read(ref s_built);

    public static void Spring() => Interlocked.Increment(ref s_built);
}

/// <summary>An exception whose making from the wire springs the trap.</summary>
public sealed class TrapException : Exception
{
    public TrapException()
    {
    }

    public TrapException(string message)
        : base(message)
    {
    }

    public TrapException(string message, Exception inner)
        : base(message, inner)
    {
    }

#pragma warning disable SYSLIB0051 // The constructor that Akka calls for an exception named on the wire.
    private TrapException(SerializationInfo info, StreamingContext context)
        : base(info, context) => Trap.Spring();
#pragma warning restore SYSLIB0051
}
