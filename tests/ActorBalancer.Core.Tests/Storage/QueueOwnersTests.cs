using ActorBalancer.Storage;

namespace ActorBalancer.Tests.Storage;

public sealed class QueueOwnersTests
{
    private static readonly string[] Queues = [.. Enumerable.Range(0, 600).Select(i => $"queue-{i}")];

    [Fact]
    public void Queues_spread_over_the_nodes_whatever_order_they_are_named_in()
    {
        string[] nodes = ["r1", "r2", "r3"];
        foreach (string queue in Queues)
            Assert.Equal(QueueOwners.Choose(queue, nodes), QueueOwners.Choose(queue, ["r3", "r1", "r2"]));
        Assert.All(Queues.CountBy(queue => QueueOwners.Choose(queue, nodes)!), share => Assert.InRange(share.Value, 140, 260));
    }

    [Fact]
    public void When_a_node_goes_only_its_queues_move()
    {
        foreach (string queue in Queues)
        {
            string owner = QueueOwners.Choose(queue, ["r1", "r2", "r3"])!;
            if (owner != "r3")
                Assert.Equal(owner, QueueOwners.Choose(queue, ["r1", "r2"]));
        }
    }

    [Fact]
    public void Without_nodes_there_is_no_owner() => Assert.Null(QueueOwners.Choose("default", []));
}
