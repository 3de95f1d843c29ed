using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using ActorBalancer.Tests.Storage;
using ActorBalancer.Work;

namespace ActorBalancer.Core.Tests.Routers;

/// <summary>A shell whose store answers when the test says so, and which remembers what was told to whom.</summary>
internal sealed class ManualShell(IJobStore store, ManualClock clock) : IRouterShell<string>
{
    private readonly List<(string What, Action Run, Action<object> With)> _pending = [];

    public List<(string Worker, AssignBatch Batch)> Assigned { get; } = [];

    public List<(string Worker, RouterWelcome Welcome)> Welcomes { get; } = [];

    public List<FinishedJob> Ends { get; } = [];

    public List<string> OwnersTold { get; } = [];

    public int Hellos { get; private set; }

    public IEnumerable<string> Pending => _pending.Select(p => p.What);

    public Moment Now => new(clock.GetElapsedTime(0, clock.GetTimestamp()).Ticks / TimeSpan.TicksPerMicrosecond, clock.GetUtcNow().ToUnixTimeMilliseconds());

    public bool IsInCluster => true;

    public IEnumerable<KnownNode> Members => [];

    /// <summary>The store answers the oldest question of that name; or the test does.</summary>
    public void Answer(string what, object? with = null)
    {
        int i = _pending.FindIndex(p => p.What == what);
        Assert.True(i >= 0, $"'{what}' was not asked, but {string.Join(", ", Pending)}");
        (_, Action run, Action<object> answer) = _pending[i];
        _pending.RemoveAt(i);
        if (with is null)
            run();
        else
            answer(with);
    }

    public string NodeOf(string peer) => "node of " + peer;

    public bool Ask<T>(string what, Func<IJobStore, ValueTask<T>> call, Action<T> answered, Action failed)
    {
        _pending.Add((what, () => answered(call(store).AsTask().GetAwaiter().GetResult()), answer => answered((T)answer)));
        return false;
    }

    public bool Commit(Commit commit, Action<CommitResult> answered) => Ask("commit", s => s.CommitAsync(commit, default), answered, () => answered(CommitResult.Unknown));

    public void Finished(string gateway, FinishedJob[] jobs) => Ends.AddRange(jobs);

    public void Owners(string gateway, long incarnation, QueueOwner[] queues) => OwnersTold.Add(gateway);

    public void Assign(string worker, AssignBatch batch) => Assigned.Add((worker, batch));

    public void Welcome(string worker, RouterWelcome welcome) => Welcomes.Add((worker, welcome));

    public void Joined(string worker, WorkerHello hello) => Hellos++;

    public void Watch(string gateway)
    {
    }

    public void Answer(string gateway, in SubmitAnswer answer)
    {
    }

    public void Moved(string gateway, long ticket)
    {
    }

    public void Done(string gateway, long ticket, RefusalCode code, string? detail)
    {
    }

    public void Greet(RouterRow router, RouterWelcome welcome)
    {
    }

    public void TellDrained(RouterRow router, string worker, long incarnation)
    {
    }

    public void TellFreed(RouterRow router)
    {
    }

    public void Down(string node)
    {
    }

    public void Left(long worker)
    {
    }

    public void Notice(in DispatchNotice notice)
    {
    }

    public void Step(in JobStep step)
    {
    }

    public void News(RouterNews news, string subject, long incarnation)
    {
    }
}
