using ActorBalancer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Thumbnails;

if (args is not [string seed, string photos, .. string[] more])
{
    Console.Error.WriteLine("Usage: Thumbnails.Worker HOST:PORT PHOTOS [--hocon FILE], with the address of the web application's node and its folder of albums");
    return 2;
}
HostApplicationBuilder builder = Host.CreateApplicationBuilder(more);
// More than the node's drain: what runs when the process is asked to stop may end, and the rest goes elsewhere.
builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(40));
builder.Services.AddSingleton(new Photos(photos));
builder.Services.AddActorBalancer(b =>
{
    b.Name("console")
        .Roles("worker")
        .Seeds(seed)
        .AddHandler<ThumbnailHandler, ThumbnailArgs>("thumbnail")
        // Downed or fenced: end, and let the supervisor start a new process.
        .OnStopped(_ => Environment.Exit(75));
    if (builder.Configuration["hocon"] is { } file)
        b.ConfigurationFile(file);
});
await builder.Build().RunAsync();
return 0;
