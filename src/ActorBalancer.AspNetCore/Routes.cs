using ActorBalancer.AspNetCore.Events;
using ActorBalancer.AspNetCore.Jobs;
using ActorBalancer.AspNetCore.Queues;
using ActorBalancer.AspNetCore.Workers;

namespace ActorBalancer.AspNetCore;

/// <summary>The whole API as a list; what a host adds comes after it.</summary>
internal static class Routes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/", IndexRoute.ShowAsync),
        new("GET", "/healthz", HealthRoutes.LivesAsync),
        new("GET", "/readyz", HealthRoutes.IsReadyAsync),
        new("POST", "/v1/jobs", JobRoutes.SubmitAsync),
        new("POST", "/v1/jobs:bulk", BulkRoute.SubmitAsync),
        new("GET", "/v1/jobs", JobListRoute.ListAsync, JobListRoute.Members),
        new("GET", "/v1/jobs/{id}", JobRoutes.ShowAsync),
        new("GET", "/v1/jobs/{id}/result", ResultRoute.ShowAsync, "wait"),
        new("POST", "/v1/jobs/{id}/cancel", JobRoutes.CancelAsync),
        new("POST", "/v1/jobs/{id}/retry", JobRoutes.RetryAsync),
        new("GET", "/v1/queues", QueueRoutes.ListAsync),
        new("GET", "/v1/queues/{q}", QueueRoutes.ShowAsync),
        new("PATCH", "/v1/queues/{q}", QueueRoutes.ChangeAsync),
        new("GET", "/v1/queues/{q}/weights", QueueRoutes.WeightsAsync, "limit"),
        new("POST", "/v1/queues/{q}/pause", QueueRoutes.PauseAsync),
        new("POST", "/v1/queues/{q}/resume", QueueRoutes.ResumeAsync),
        new("GET", "/v1/workers", WorkerRoutes.ListAsync),
        new("POST", "/v1/workers/{w}/drain", WorkerRoutes.DrainAsync),
        new("POST", "/v1/workers/{w}/undrain", WorkerRoutes.UndrainAsync),
        new("GET", "/v1/events", EventRoute.StreamAsync),
    ];
}
