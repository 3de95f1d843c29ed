using ActorBalancer;
using Thumbnails;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(new Photos(builder.Configuration["photos"] ?? Path.Combine(builder.Environment.ContentRootPath, "photos")));
builder.Services.AddActorBalancer(b =>
{
    b.Queue("thumbnails", q => q.Strategy("source-hash").Attempts(3).TimeLimit(TimeSpan.FromMinutes(1)))
        .AddHandler<ThumbnailHandler, ThumbnailArgs>("thumbnail");
    // Settings of Akka itself go into a file: --hocon FILE.
    if (builder.Configuration["hocon"] is { } file)
        b.ConfigurationFile(file);
});
builder.Services.AddHealthChecks().AddActorBalancer();

WebApplication app = builder.Build();
// This sample listens on loopback only; yours says here who may: .RequireAuthorization("ops").
app.MapActorBalancer("/jobs");
app.MapHealthChecks("/health");
app.MapGet("/albums/{album}", async (string album, int? side, Photos photos, IJobClient jobs, CancellationToken gone) =>
{
    if (photos.Album(album) is not { } names)
        return Results.NotFound();
    // All are submitted before the first is waited for, so that the album's worker makes them side by side.
    List<JobId> ids = [];
    foreach (string name in names)
        ids.Add(await Submit(jobs, album, name, side, gone));
    List<object> made = [];
    foreach ((string name, JobId id) in names.Zip(ids))
    {
        JobResult end = await jobs.WaitAsync(id, gone);
        made.Add(new { photo = name, job = id.ToString(), worker = end.Worker, wasUnpacked = end.Read<Thumbnail>()!.WasUnpacked });
    }
    return Results.Ok(made);
});
app.MapGet("/albums/{album}/{photo}", async (string album, string photo, int? side, IJobClient jobs, CancellationToken gone) =>
{
    JobResult end = await jobs.WaitAsync(await Submit(jobs, album, photo, side, gone), gone);
    return end.State == JobState.Succeeded ? Results.Bytes(end.Read<Thumbnail>()!.Png, "image/png") : Results.NotFound(end.Error);
});
app.Run();

static Task<JobId> Submit(IJobClient jobs, string album, string photo, int? side, CancellationToken gone) =>
    jobs.SubmitAsync("thumbnail", new ThumbnailArgs(album, photo, Math.Clamp(side ?? 96, 8, 128)), o => (o.Queue, o.Source) = ("thumbnails", album), gone);
