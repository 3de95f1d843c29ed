using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBalancer.Testing;

/// <summary>
/// A balancer for tests: the production machines, strategies, limits and retries in this process, without network, files or an ActorSystem, and in
/// virtual time. Submit to it as to any <see cref="IJobClient"/>; nothing runs until the test says so, with <see cref="RunToEndAsync"/>,
/// <see cref="AdvanceAsync"/> or <see cref="WaitAsync"/>. Then handlers run one after the other on one thread, each up to where it waits, and
/// the clock goes from one thing that is due to the next: a day of retries takes milliseconds, and the same test does the same every time.
/// </summary>
/// <remarks>
/// Time passes for a handler that waits by <see cref="Clock"/> or for another job. One that waits for anything else (a file, a request) is waited for in
/// real time; after a second of that the clock goes on without it, if anything is due. Handlers must await, not block.
/// </remarks>
public sealed partial class TestBalancer : IJobClient, IDisposable
{
    private const int DefaultSlots = 4;

    private readonly NodeSettings _settings;
    private readonly MachineRoom _room;
    private readonly Dictionary<string, Queue<Exception>> _failures = new(StringComparer.Ordinal);
    private readonly ServiceProvider? _ownServices;
    private readonly ILogger _log;

    /// <param name="configure">As for <c>AddActorBalancer</c>: handlers, queues, middleware. Its store and addresses are not used.</param>
    /// <param name="services">From which handlers get theirs; null: none are registered.</param>
    /// <param name="clock">Null: one of its own, from <see cref="VirtualClock.DefaultStart"/> on.</param>
    /// <param name="seed">Of the strategies' dice and the retries' jitter.</param>
    /// <exception cref="ActorBalancer.Hosting.BalancerConfigurationException">What is configured is wrong; it lists all of it.</exception>
    public TestBalancer(Action<BalancerBuilder> configure, IServiceProvider? services = null, VirtualClock? clock = null, ulong seed = 1)
        : this(Configured(configure), services, clock, seed)
    {
    }

    internal TestBalancer(BalancerBuilder builder, IServiceProvider? services, VirtualClock? clock, ulong seed)
    {
        Services = services ?? (_ownServices = new ServiceCollection().BuildServiceProvider());
        Clock = clock ?? new VirtualClock(VirtualClock.DefaultStart);
        builder.ForgetStore();
        ILoggerFactory logs = Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _settings = builder.Build(Services, logs, Clock);
        _settings.Handlers.Use(FailOrCall);
        _log = logs.CreateLogger("ActorBalancer.TestKit");
        _room = new MachineRoom(_settings, Clock, seed, Changed);
        int slots = _settings.Options.Worker.Slots;
        _room.AddWorker("worker", slots == 0 ? DefaultSlots : slots);
    }

    /// <summary>Its time.</summary>
    public VirtualClock Clock { get; }

    /// <summary>The application's services, from which handlers get theirs.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Every job that was accepted, in that order.</summary>
    public IReadOnlyList<SubmittedJob> Submitted
    {
        get
        {
            lock (_room.Gate)
                return [.. _room.Accepted];
        }
    }

    /// <summary>Adds a worker beside the first one, which is called <c>worker</c> and has the slots of the configuration, else 4.</summary>
    /// <param name="name">As it shows in <see cref="JobInfo.Worker"/>.</param>
    /// <param name="slots">Jobs that it runs at once.</param>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public void AddWorker(string name, int slots = DefaultSlots)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        lock (_room.Gate)
        {
            if (_room.Find(name) is not null)
                throw new ArgumentException($"There is a worker '{name}' already.", nameof(name));
            _room.AddWorker(name, slots);
        }
    }

    /// <summary>
    /// Ends a worker's process as a power cut does: what it runs is <c>lost</c>, whatever its handlers still do, and runs again elsewhere.
    /// </summary>
    /// <param name="name">Of the worker.</param>
    /// <param name="restart">A new process of that name is there at once, as a supervisor would start it.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public void LoseWorker(string name, bool restart = false)
    {
        lock (_room.Gate)
            _room.Lose(_room.Find(name) ?? throw new ArgumentException($"There is no worker '{name}'.", nameof(name)), restart);
    }

    /// <summary>The next attempts at that kind, one each, end their worker before the handler begins; another process of it is there at once.</summary>
    /// <param name="kind">Of the job.</param>
    /// <param name="times">How many; three in a row make a job dead, <c>poisoned</c>.</param>
    public void LoseWorkerAtNext(string kind, int times = 1)
    {
        lock (_room.Gate)
            _room.CrashNext(Known(kind), times);
    }

    /// <summary>The next attempts at that kind throw this instead of calling the handler; middleware sees it as if the handler had.</summary>
    /// <param name="kind">Of the job.</param>
    /// <param name="failure">What is thrown.</param>
    /// <param name="times">How many attempts, from 1.</param>
    public void FailNext(string kind, Exception failure, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_room.Gate)
        {
            if (!_failures.TryGetValue(Known(kind), out Queue<Exception>? queue))
                _failures.Add(kind, queue = new Queue<Exception>());
            for (int i = 0; i < times; i++)
                queue.Enqueue(failure);
        }
    }

    /// <summary>The one job of that kind that was submitted, and that the condition holds for.</summary>
    /// <exception cref="TestBalancerException">There is none, or more than one; the message lists what was submitted.</exception>
    public SubmittedJob AssertSubmitted(string kind, Func<SubmittedJob, bool>? matches = null)
    {
        SubmittedJob[] found = [.. Submitted.Where(job => job.Kind == kind && (matches is null || matches(job)))];
        return found.Length == 1 ? found[0] : throw new TestBalancerException(
            $"Expected one job of kind '{kind}'{(matches is null ? "" : " that matches")}, found {found.Length}. Submitted: {Listed(Submitted.Select(job => job.ToString()))}");
    }

    /// <summary>No such job was submitted.</summary>
    /// <exception cref="TestBalancerException">One was; the message lists them.</exception>
    public void AssertNotSubmitted(string kind, Func<SubmittedJob, bool>? matches = null)
    {
        SubmittedJob[] found = [.. Submitted.Where(job => job.Kind == kind && (matches is null || matches(job)))];
        if (found.Length > 0)
            throw new TestBalancerException($"Expected no job of kind '{kind}', found {Listed(found.Select(job => job.ToString()))}");
    }

    /// <summary>Lets handlers that still run go: they are cancelled, and nobody waits for them.</summary>
    public void Dispose()
    {
        JobContext[] running;
        lock (_room.Gate)
            running = [.. _room.Runs.Select(run => run.Job)];
        foreach (JobContext job in running)
            Cancel(job);
        _room.Dispose();
        _ownServices?.Dispose();
    }

    private static BalancerBuilder Configured(Action<BalancerBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        BalancerBuilder builder = new();
        configure(builder);
        return builder;
    }

    private static string Listed(IEnumerable<string> items) => string.Concat(items.Select(item => $"\n  {item}")) is { Length: > 0 } list ? list : "nothing";

    private string Known(string kind) => _settings.Handlers.Find(kind) is not null
        ? kind
        : throw new ArgumentException($"There is no handler for '{kind}'; there are {string.Join(", ", _settings.Handlers.Kinds)}.", nameof(kind));

    private static RunEnd Ended(TestRun run, in RunEnd end) => run is { Completed: { } result, Outcome.Kind: AttemptOutcome.Succeeded }
        ? new RunEnd { Outcome = AttemptOutcome.Succeeded, RetryAfterMs = -1, Result = result, Submits = run.CompletedSubmits }
        : end;
}
