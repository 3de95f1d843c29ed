using System.Diagnostics;
using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Campaign.Staging;

/// <summary>One node of the stage: a name and an address, and the processes that are it one after the other.</summary>
internal sealed class StageNode(string name, bool isRouter, Uri http, string seed, FaultLog faults, Func<StageNode, ProcessStartInfo> how) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _over = new();
    private readonly List<string> _ends = [];
    private CampaignProcess? _process;
    private Task _supervision = Task.CompletedTask;
    private volatile bool _wanted;
    private volatile bool _isPaused;

    public string Name => name;

    public bool IsRouter => isRouter;

    /// <summary>Where it answers HTTP.</summary>
    public Uri Http => http;

    /// <summary>HOST:PORT for the other nodes.</summary>
    public string Seed => seed;

    /// <summary>It is a member and runs, as far as it is known.</summary>
    public bool IsThere => _process is { HasEnded: false, Ready.IsCompleted: true } && !_isPaused;

    /// <summary>How many processes it has had; a router without a first one forms the cluster.</summary>
    public int Starts { get; private set; }

    /// <summary>Told when it is down and when it is ready again.</summary>
    public event Action? Changed;

    public string Log => $"--- {name} ({_process?.Pid}); earlier ends: {string.Join(", ", _ends)}\n{_process?.Log}";

    /// <summary>From now on it is started again whenever it ends.</summary>
    public void Want()
    {
        if (_wanted)
            return;
        _wanted = true;
        _supervision = SuperviseAsync(_supervision);
    }

    /// <summary>SIGKILL.</summary>
    /// <param name="comesBack">It is started again at once, at its address.</param>
    public void Kill(bool comesBack)
    {
        _wanted &= comesBack;
        if (_process is not { HasEnded: false } process)
            return;
        faults.Killed(name, process.Pid, LedgerWriter.Now, isRouter);
        process.Signal(Signals.Kill);
        Changed?.Invoke();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate()
    {
        if (_process is not { HasEnded: false } process)
            return;
        faults.ToldToStop(name, process.Pid, LedgerWriter.Now);
        process.Signal(Signals.Terminate);
    }

    public async Task PauseAsync(TimeSpan time)
    {
        if (_process is not { HasEnded: false } process)
            return;
        FaultLog.Silence? silence = isRouter ? null : faults.Silent(name, LedgerWriter.Now, isRouter: false);
        _isPaused = true;
        process.Signal(Signals.Stop);
        Changed?.Invoke();
        await Task.Delay(time);
        process.Signal(Signals.Continue);
        _isPaused = false;
        if (silence is not null)
            silence.To = LedgerWriter.Now;
        Changed?.Invoke();
    }

    /// <summary>Waits until the process of now has ended.</summary>
    public Task EndedAsync() => _process?.Ended ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _wanted = false;
        await _over.CancelAsync();
        _process?.Signal(Signals.Kill);
        await _supervision;
        if (_process is not null)
            await _process.DisposeAsync();
        _over.Dispose();
    }

    private async Task SuperviseAsync(Task before)
    {
        await before;
        while (_wanted && !_over.IsCancellationRequested)
        {
            CampaignProcess process = new(how(this));
            Starts++;
            if (_process is not null)
                await _process.DisposeAsync();
            _process = process;
            if (_over.IsCancellationRequested)
                process.Signal(Signals.Kill);
            await Task.WhenAny(process.Ready, process.Ended);
            Changed?.Invoke();
            await process.Ended;
            faults.Ended(name, process.Pid, LedgerWriter.Now, isRouter);
            _ends.Add($"{process.Pid} with {process.ExitCode}");
            Changed?.Invoke();
            if (!process.Ready.IsCompleted)
                await Task.Delay(Pause);
        }
    }
}
