using System.Reflection;
using System.Runtime.ExceptionServices;
using ActorBalancer.Storage;

namespace ActorBalancer.CampaignNode;

/// <summary>
/// The store of a router that is late: when it is told to be, its next commit of new jobs, and every call after that, is held until another
/// router has fenced it and owns its queues. Then the commit goes on, and the fence must turn it away. Without a fence it is stored
/// in the name of the one who stands before it, as if nobody had looked, and the campaign must find what that breaks.
/// </summary>
internal class LateStore : DispatchProxy
{
    /// <summary>The environment variable that takes the fence away.</summary>
    public const string Unfenced = "CAMPAIGN_UNFENCED";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private IJobStore _store = null!;
    private LateOrder _order = null!;
    private string _name = null!;
    private bool _isFenced;
    private Task<CommitResult>? _held;

    public static IJobStore Around(IJobStore store, LateOrder order, string name, bool isFenced)
    {
        IJobStore proxy = Create<IJobStore, LateStore>();
        LateStore late = (LateStore)(object)proxy;
        (late._store, late._order, late._name, late._isFenced) = (store, order, name, isFenced);
        return proxy;
    }

#pragma warning disable CA2012 // Boxed for the proxy, which hands it to the one who awaits it.
    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        if (method!.Name == nameof(IJobStore.CommitAsync))
            return CommitAsync((Commit)arguments![0]!, (CancellationToken)arguments[1]!);
        if (_held is not { IsCompleted: false } || !method.ReturnType.IsGenericType)
            return Pass(method, arguments);
        return typeof(LateStore).GetMethod(nameof(AfterItAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(this, [method, arguments]);
    }
#pragma warning restore CA2012

    private async ValueTask<T> AfterItAsync<T>(MethodInfo method, object?[]? arguments)
    {
        await _held!;
        return await (ValueTask<T>)Pass(method, arguments)!;
    }

    private async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        if (_held is null && _order.IsFor(_name) && commit.Inserts.Exists(rows => Array.Exists(rows.Keys, key => key >= 0)))
            return await (_held = LandAsync(commit, cancellation));
        // Who takes over writes nothing before the late one has: whose jobs come first is not for the machine's speed to decide.
        while (_held is null && _order.IsHeld)
            await Task.Delay(Poll, cancellation);
        return await _store.CommitAsync(commit, cancellation);
    }

    private async Task<CommitResult> LandAsync(Commit commit, CancellationToken cancellation)
    {
        _order.Held();
        while (!await IsTakenOverAsync(commit, cancellation))
            await Task.Delay(Poll, cancellation);
        CommitResult result = await _store.CommitAsync(commit, cancellation);
        while (result != CommitResult.Done && !_isFenced)
            result = await CommitAgainAsync(commit, cancellation);
        _order.Landed(result);
        return result;
    }

    private async Task<bool> IsTakenOverAsync(Commit commit, CancellationToken cancellation)
    {
        HashSet<int> queues = [.. commit.Inserts.SelectMany(rows => rows.Keys).Where(key => key >= 0).Select(JobKey.Queue)];
        return (await _store.QueuesAsync(cancellation)).Where(q => queues.Contains(q.Number)).All(q => q.Owner != 0 && q.Owner != commit.Incarnation);
    }

    private async Task<CommitResult> CommitAgainAsync(Commit commit, CancellationToken cancellation)
    {
        Commit again = new() { Incarnation = (await _store.RoutersAsync(cancellation)).Max(r => r.Incarnation) };
        again.Inserts.AddRange(commit.Inserts);
        again.Outcomes.AddRange(commit.Outcomes);
        again.Queues.AddRange(commit.Queues);
        again.Horizons.AddRange(commit.Horizons);
        CommitResult result = await _store.CommitAsync(again, cancellation);
        commit.Missing.AddRange(again.Missing);
        commit.Known.AddRange(again.Known);
        return result;
    }

    private object? Pass(MethodInfo method, object?[]? arguments)
    {
        try
        {
            return method.Invoke(_store, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
