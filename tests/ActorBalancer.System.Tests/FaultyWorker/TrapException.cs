using System.Runtime.Serialization;

namespace ActorBalancer.FaultyWorker;

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
