namespace ActorBalancer.Testing;

/// <summary>A test's expectation was not met, or the balancer cannot go on; the message lists what there is.</summary>
public sealed class TestBalancerException : Exception
{
    /// <summary>Makes one.</summary>
    public TestBalancerException(string message)
        : base(message)
    {
    }
}
