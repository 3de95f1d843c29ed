using System.Collections.Concurrent;
using System.Text.Json;
using ActorBalancer.CampaignNode;
using ActorBalancer.SystemTests.Campaign.Checking;
using ActorBalancer.SystemTests.Campaign.Staging;

namespace ActorBalancer.SystemTests.Campaign.Loading;

/// <summary>
/// Producers, each of which submits one job after the other and asks again, with the same key, until it knows that the job was
/// accepted. What they submit follows from the seed, not when.
/// </summary>
internal sealed class Producers(Stage stage, StageApi api, string prefix, int seed) : IDisposable
{
    /// <summary>A queue that every producer uses.</summary>
    public const string SharedQueue = "default";

    private const int Count = 4;

    private static readonly string[] Queues = [SharedQueue, "second"];
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<Submission> _submissions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private Task _producing = Task.CompletedTask;
    private int _number;

    public IReadOnlyList<Submission> Submissions => [.. _submissions];

    public void Start() => _producing = Task.WhenAll(Enumerable.Range(0, Count).Select(ProduceAsync));

    /// <summary>No new jobs; those whose fate is not known yet are asked for until it is.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Waits for every producer's last answer, for as long as this.</summary>
    public async Task AnsweredAsync(TimeSpan patience)
    {
        _giveUp.CancelAfter(patience);
        await _producing;
    }

    /// <summary>Submits jobs of one kind at once and waits until each is accepted, or given up with the rest.</summary>
    public Task SubmitManyAsync(string kind, int count, int ms = 0) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => SubmitAsync(kind, new CampaignWork(NextKey(), ms), Queues[i % Queues.Length], i)));

    /// <summary>As fast as so many callers can.</summary>
    public Task FloodAsync(int jobs, int callers) => Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
    {
        for (int i = 0; i < jobs / callers; i++)
            await SubmitAsync(CampaignHandlers.Quick, new CampaignWork(NextKey()), Queues[i % Queues.Length], caller);
    }));

    /// <summary>One job, submitted by so many at once; and once more with another body, which must not run.</summary>
    public async Task SubmitOneAsync(int callers)
    {
        Submission submission = Enter(CampaignHandlers.Quick, NextKey());
        byte[] body = Body(submission, new CampaignWork(submission.Key), Queues[0]);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => UntilAnsweredAsync(submission, body, i)));

        Submission other = Enter(CampaignHandlers.Quick, NextKey());
        await UntilAnsweredAsync(other, Body(submission, new CampaignWork(other.Key), Queues[0]), 0);
    }

    /// <summary>The caller hangs up before the answer, and asks again.</summary>
    public async Task HangUpAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Submission submission = Enter(CampaignHandlers.Quick, NextKey());
            byte[] body = Body(submission, new CampaignWork(submission.Key), Queues[i % Queues.Length]);
            using CancellationTokenSource hangUp = new(TimeSpan.FromMilliseconds(i % 5));
            IReadOnlyList<StageNode> routers = stage.Routers;
            if (!await api.SubmitAsync(routers[i % routers.Count], submission, body, hangUp.Token))
                await UntilAnsweredAsync(submission, body, i);
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _giveUp.Dispose();
    }

    private async Task ProduceAsync(int producer)
    {
        Random dice = new(seed + producer);
        while (!_stop.IsCancellationRequested)
        {
            string queue = Queues[dice.Next(Queues.Length)], key = NextKey();
            int kind = dice.Next(100);
            await (kind switch
            {
                < 75 => SubmitAsync(CampaignHandlers.Quick, new CampaignWork(key), queue, producer),
                < 92 => SubmitAsync(CampaignHandlers.Slow, new CampaignWork(key, Ms: dice.Next(100, 600)), queue, producer),
                < 94 => SubmitAsync(CampaignHandlers.Slow, new CampaignWork(key, Ms: dice.Next(2_000, 4_000)), queue, producer),
                _ => SubmitAsync(CampaignHandlers.Fails, new CampaignWork(key, Fails: dice.Next(1, 3)), queue, producer),
            });
            await Task.Delay(Pace);
        }
    }

    private Task SubmitAsync(string kind, CampaignWork work, string queue, int first)
    {
        Submission submission = Enter(kind, work.Key);
        return UntilAnsweredAsync(submission, Body(submission, work, queue), first);
    }

    private async Task UntilAnsweredAsync(Submission submission, byte[] body, int first)
    {
        IReadOnlyList<StageNode> routers = stage.Routers;
        for (int i = first; !await api.SubmitAsync(routers[i % routers.Count], submission, body); i++)
        {
            if (_giveUp.IsCancellationRequested)
                return;
            await Task.Delay(BetweenAttempts);
        }
    }

    private Submission Enter(string kind, string key)
    {
        Submission submission = new(key, kind);
        _submissions.Enqueue(submission);
        return submission;
    }

    private string NextKey() => $"{prefix}-{Interlocked.Increment(ref _number)}";

    private static byte[] Body(Submission submission, CampaignWork work, string queue) =>
        JsonSerializer.SerializeToUtf8Bytes(new { submission.Kind, Payload = work, Queue = queue, submission.Key }, JsonSerializerOptions.Web);
}
