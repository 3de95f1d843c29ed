using System.Reflection;
using System.Runtime.ExceptionServices;
using ActorBalancer.Storage;

namespace ActorBalancer.CampaignNode;

/// <summary>
/// A store without its fence: a router that another one has followed goes on as if nothing had happened, and what it commits
/// lands. The campaign must find what that breaks, or it would find nothing.
/// </summary>
internal class UnfencedStore : DispatchProxy
{
    /// <summary>The environment variable that asks for it.</summary>
    public const string Variable = "CAMPAIGN_UNFENCED";

    private IJobStore _store = null!;

    public static IJobStore Around(IJobStore store)
    {
        IJobStore proxy = Create<IJobStore, UnfencedStore>();
        ((UnfencedStore)(object)proxy)._store = store;
        return proxy;
    }

#pragma warning disable CA2012 // Boxed for the proxy, which hands it to the one who awaits it.
    protected override object? Invoke(MethodInfo? method, object?[]? arguments) => method!.Name switch
    {
        nameof(IJobStore.CommitAsync) => CommitAsync((Commit)arguments![0]!, (CancellationToken)arguments[1]!),
        nameof(IJobStore.RenewAsync) => RenewAsync((long)arguments![0]!, (TimeSpan)arguments[1]!, (CancellationToken)arguments[2]!),
        _ => Pass(method, arguments),
    };
#pragma warning restore CA2012

    /// <summary>What the fence turned away is committed in the name of the one who stands before it.</summary>
    private async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellation)
    {
        CommitResult result = await _store.CommitAsync(commit, cancellation);
        if (result != CommitResult.Fenced)
            return result;
        long standing = (await _store.RoutersAsync(cancellation)).Max(r => r.Incarnation);
        Commit again = new() { Incarnation = standing };
        again.Inserts.AddRange(commit.Inserts);
        again.Outcomes.AddRange(commit.Outcomes);
        again.Queues.AddRange(commit.Queues);
        again.Horizons.AddRange(commit.Horizons);
        result = await _store.CommitAsync(again, cancellation);
        commit.Missing.AddRange(again.Missing);
        commit.Known.AddRange(again.Known);
        return result;
    }

    private async ValueTask<bool> RenewAsync(long incarnation, TimeSpan lease, CancellationToken cancellation)
    {
        await _store.RenewAsync(incarnation, lease, cancellation);
        return true;
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
