using System.Runtime.InteropServices;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using Akka.Actor;

namespace ActorBalancer.Cluster.Router;

/// <summary>
/// Listings: read from the store slice by slice, away from this actor, and shown with what only the owner knows. The filters
/// look at what is shown, so a job that runs is found as running and at its worker.
/// </summary>
internal sealed partial class RouterActor
{
    // So many are read at once where the owner's knowledge decides which of them match.
    private const int Slice = 1_000;

    // An owner that is silent for so long is shown without what only it knows.
    private static readonly TimeSpan OwnerWait = TimeSpan.FromSeconds(1);

    private void OnList(IGatewayProtocol.ListJobs list, IActorRef asker) => ReadSlice(new Listing(list, asker) { After = list.Query.After });

    private void ReadSlice(Listing listing)
    {
        JobQuery asked = listing.Question.Query;
        bool final = asked.State is { } state && JobTransitions.IsFinal(state);
        bool ownerDecides = !final && (asked.State is not null || asked.Worker is not null);
        JobQuery query = asked with
        {
            State = final ? asked.State : null,
            Open = asked.State is not null && !final,
            After = listing.After,
            // One more than is shown tells whether there is another page.
            Limit = ownerDecides ? Slice : asked.Limit + 1 - listing.Found.Count,
        };
        IJobStore store = _settings.Store;
        Task.Run(() => store.ListAsync(query, CancellationToken.None).AsTask()).PipeTo(
            Self,
            Self,
            jobs => new Reply(() => OnSlice(listing, jobs, isLast: jobs.Count < query.Limit)),
            error =>
            {
                Log.StoreFailed(_log, "list", error);
                return new Reply(() => listing.Asker.Tell(
                    new IGatewayProtocol.DoneAnswer(listing.Question.Ticket, RefusalCode.StoreUnavailable, RouterCore<IActorRef>.StoreFailed)));
            });
    }

    private void OnSlice(Listing listing, IReadOnlyList<JobInfo> jobs, bool isLast)
    {
        Dictionary<long, List<long>> others = [];
        foreach (JobInfo job in jobs)
        {
            long key = job.Id.Key;
            if (!JobTransitions.IsFinal(job.State) && Dispatcher?.Owns(key) == false && _core.Directory.Find(key) is { Owner: > 0 } row)
                (CollectionsMarshal.GetValueRefOrAddDefault(others, row.Owner, out _) ??= []).Add(key);
        }
        RouterRow[] owners = [.. _core.Directory.Routers.Where(r => r.LeaseLeft > TimeSpan.Zero && others.ContainsKey(r.Incarnation))];
        if (owners.Length == 0)
        {
            Show(listing, jobs, [], isLast);
            return;
        }
        Task.WhenAll(owners.Select(o => DescribeAsync(RouterAt(o), [.. others[o.Incarnation]]))).PipeTo(
            Self, Self, answers => new Reply(() => Show(listing, jobs, answers.SelectMany(a => a).ToDictionary(j => j.Id), isLast)));
    }

    /// <summary>What the owner of these jobs knows of them; nothing, if it does not say so in time.</summary>
    private static async Task<JobInfo[]> DescribeAsync(ActorSelection owner, long[] keys)
    {
        try
        {
            return (await owner.Ask<IGatewayProtocol.JobsAnswer>(new IGatewayProtocol.DescribeJobs(0, keys), OwnerWait)).Jobs;
        }
        catch (AskTimeoutException)
        {
            return [];
        }
    }

    private static JobInfo With(JobInfo present, JobInfo job) => present.State == JobState.Running
        ? job with { State = present.State, Attempt = present.Attempt, Worker = present.Worker, StartedAt = present.StartedAt }
        : job with { State = present.State, Waiting = present.Waiting };

    private void Show(Listing listing, IReadOnlyList<JobInfo> jobs, Dictionary<JobId, JobInfo> elsewhere, bool isLast)
    {
        JobQuery asked = listing.Question.Query;
        foreach (JobInfo stored in jobs)
        {
            listing.After = stored.Id;
            JobInfo job = elsewhere.TryGetValue(stored.Id, out JobInfo? present) ? With(present, stored) : WithPresent(stored);
            if ((asked.State is { } state && state != job.State) || (asked.Worker is { } worker && worker != job.Worker))
                continue;
            // A page is shorter than asked for when it would outgrow a message.
            listing.Bytes += 200 + 3 * (job.Kind.Length + job.Queue.Length + job.Source.Length + (job.Error?.Length ?? 0));
            bool isFull = listing.Found.Count == asked.Limit || (listing.Found.Count > 0 && listing.Bytes > 4 * _settings.Options.Router.BatchBytes);
            if (isFull)
            {
                listing.Tell(listing.Found[^1].Id);
                return;
            }
            listing.Found.Add(job with { Result = default, Attempts = [] });
        }
        if (isLast)
            listing.Tell(next: null);
        else
            ReadSlice(listing);
    }

    private sealed class Listing(IGatewayProtocol.ListJobs question, IActorRef asker)
    {
        public IGatewayProtocol.ListJobs Question { get; } = question;

        public IActorRef Asker { get; } = asker;

        public JobId? After { get; set; }

        public List<JobInfo> Found { get; } = [];

        public int Bytes { get; set; }

        public void Tell(JobId? next) => Asker.Tell(new IGatewayProtocol.JobsAnswer(Question.Ticket, [.. Found], next));
    }
}
