using ActorBalancer.Work;
using Akka.Actor;

namespace ActorBalancer.Cluster.Worker;

/// <content>How far the runs say that they are.</content>
internal sealed partial class WorkerEngine
{
    private bool _hasProgress;

    /// <summary>Tells the owners of all that runs what was said since the last call.</summary>
    public void TellProgress()
    {
        // First, so that what is said from here on asks for another call.
        Interlocked.Exchange(ref _hasProgress, false);
        lock (_gate)
        {
            for (int slot = 0; slot < _runners.Length; slot++)
            {
                if (_core.HomeOf(slot) is >= 0 and int route && _runners[slot].Job?.TakeProgress() is { } progress)
                    ContactOf(route).Way?.Tell(progress, _actor);
            }
        }
    }

    private void HasProgress()
    {
        if (!Interlocked.Exchange(ref _hasProgress, true))
            _actor.Tell(ProgressMade.Instance, ActorRefs.NoSender);
    }

    /// <summary>To the engine's actor: call <see cref="TellProgress"/> before long.</summary>
    internal sealed record ProgressMade
    {
        public static ProgressMade Instance { get; } = new();
    }
}
