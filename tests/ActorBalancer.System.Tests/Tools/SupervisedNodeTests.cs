using System.Collections.Concurrent;
using ActorBalancer.Node.Processes;
using ActorBalancer.Node.Up;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

public sealed class SupervisedNodeTests
{
    [Fact]
    public async Task Start_that_fails_is_told_and_tried_again()
    {
        ConcurrentQueue<string> told = new();
        int starts = 0;
        await using SupervisedNode node = new("router", Start, told.Enqueue, TimeProvider.System);
        ReadyLine first = await node.ReadyAsync(CancellationToken.None).WaitAsync(Eventually.Deadline);
        Signals.Send(first.Pid, Signals.Kill);
        await Eventually.IsTrue(() => told.Any(t => t.StartsWith("router is back as process ", StringComparison.Ordinal)), "it is back");
        Assert.Contains("router cannot be started: no process is left", told);
        Assert.NotEqual(first.Pid, node.Ready!.Pid);
        Assert.Equal(3, starts);

        ChildNode Start(ReadyLine? last) => ++starts == 2
            ? throw new InvalidOperationException("no process is left")
            : ChildNode.Start("router", typeof(ChildNode).Assembly.Location, ["--role", "router", "--port", "0"], [StoreOfTests.Memory]);
    }
}
