using ActorBalancer.Dispatch;
using ActorBalancer.Routers;
using ActorBalancer.Storage;
using Akka.Event;

namespace ActorBalancer.Cluster.Router;

/// <summary>What the router writes into the log, each event once.</summary>
internal sealed partial class RouterActor
{
    private static class Log
    {
        public static void StoreFailed(ILoggingAdapter log, string what, Exception error)
        {
            // A store that is away has been told of once, and fails many times a second.
            if (error is StoreUnavailableException or AggregateException { InnerException: StoreUnavailableException })
                log.Debug("the store failed ({0}): {1}", what, error.Message);
            else
                log.Error(error, "the store failed ({0})", what);
        }

        public static void News(ILoggingAdapter log, RouterNews news, string subject, long incarnation)
        {
            switch (news)
            {
                case RouterNews.Registered: log.Info("router {0} registered as incarnation {1}", subject, incarnation); break;
                case RouterNews.Refused: log.Error("the store refused this router: {0}", subject); break;
                case RouterNews.Fenced: log.Warning("router {0} is fenced: another incarnation took over; registering anew", subject); break;
                case RouterNews.TookOver: log.Warning("router {0}, incarnation {1}, is fenced: its queues go to the routers that are left", subject, incarnation); break;
                case RouterNews.NeverHeardOf: log.Warning("{0} has not said which jobs it runs; they are given to others", subject); break;
                case RouterNews.TwoProcesses: log.Warning("two processes named {0}: the older one gets no more jobs; give each worker a name of its own", subject); break;
                case RouterNews.TwoRouters:
                    log.Warning("two router nodes: each takes over from the other, but if the network parts them, the cluster keeps one side only and ends the other; run one or three");
                    break;
            }
        }

        public static void Notice(ILoggingAdapter log, in DispatchNotice notice)
        {
            switch (notice.Kind)
            {
                case NoticeKind.WorkerLost: log.Warning("worker {0} is gone ({2}): {1} jobs run elsewhere", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerJoined: log.Info("worker {0} joined with {1} slots for {2}", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.WorkerSilent: log.Warning("worker {0} is silent; {1} jobs of it are kept", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerBack: log.Info("worker {0} is back with {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerEjected: log.Warning("worker {0} is ejected: {1}", notice.Subject, notice.Detail!); break;
                case NoticeKind.WorkerReturned: log.Info("worker {0} gets jobs again, few at first", notice.Subject); break;
                case NoticeKind.WorkerUndrained: log.Info("worker {0} gets jobs again; it has {1}", notice.Subject, notice.Count); break;
                case NoticeKind.WorkerDraining: log.Info("worker {0} drains {1} jobs", notice.Subject, notice.Count); break;
                case NoticeKind.StaleOutcome: log.Warning("an outcome of a stale run at {0} was dropped, {1} so far", notice.Subject, notice.Count); break;
                case NoticeKind.KindUnoffered: log.Warning("{1} jobs in queue {2} wait: no worker offers the kind {0} now", notice.Subject, notice.Count, notice.Detail!); break;
                case NoticeKind.JobPoisoned: log.Error("job {0} is dead: {1} workers died while they ran it", notice.Subject, notice.Count); break;
                case NoticeKind.StoreAway: log.Warning("the store is away; {1} outcomes are kept at {0}", notice.Subject, notice.Count); break;
                case NoticeKind.QueueChanged: log.Info("queue {0}: {1}", notice.Subject, notice.Detail!); break;
                case NoticeKind.StoreBack: log.Info("the store is back at {0}", notice.Subject); break;
            }
        }
    }
}
