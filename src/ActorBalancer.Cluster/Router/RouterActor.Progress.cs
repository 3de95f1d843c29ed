using ActorBalancer.Dispatch;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Router;

/// <summary>How far runs say that they are: kept for those that run here, and only shown.</summary>
internal sealed partial class RouterActor
{
    private const int FewProgresses = 64;

    private readonly Dictionary<long, RunProgress> _progress = [];
    private int _cleanProgressAt = FewProgresses;

    private void OnProgress(RunProgress progress)
    {
        if (Dispatcher is null || !IsRunning(progress))
            return;
        _progress[progress.Key] = progress;
        if (_progress.Count < _cleanProgressAt)
            return;
        // At most as many again as run: what a removal costs is paid by as many arrivals.
        foreach (RunProgress old in _progress.Values.Where(p => !IsRunning(p)).ToArray())
            _progress.Remove(old.Key);
        _cleanProgressAt = Math.Max(FewProgresses, 2 * _progress.Count);
    }

    private bool IsRunning(RunProgress progress) =>
        _core.Turn().Describe(progress.Key) is { State: JobState.Running } present && present.Attempt == progress.Attempt;

    private JobProgress? ProgressOf(JobId id, in PresentJob present) =>
        _progress.TryGetValue(id.Key, out RunProgress? said) && said.Attempt == present.Attempt ? said.Progress : null;
}
