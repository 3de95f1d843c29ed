using System.Net;
using System.Text.Json;
using ActorBalancer.SystemTests.Processes;
using Thumbnails;

namespace ActorBalancer.SystemTests.Samples;

/// <summary>The applications of <c>tests/samples</c>, each a process of its own.</summary>
public sealed class SampleApplicationTests
{
    // A machine that is busy with other tests is no worker that is gone: only a worker that seems to be gives its albums away.
    private const string Patient = """
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 30m
        actorbalancer.worker.contact-lease = 30m
        actorbalancer.router.silence-requeue = 31m
        """;

    [Fact]
    public async Task Application_with_its_own_cluster_gives_its_orders_to_the_balancer()
    {
        using TemporaryFolder folder = new();
        await using SampleProcess shop = SampleProcess.Start("Shop.Cluster", folder.FullPath);
        Assert.True(await shop.ExitAsync() == 0, string.Join('\n', shop.Lines));
        Assert.Equal(
            ["order 1: 3 items for ada", "order 2: 1 items for bob", "order 3: 2 items for ada"],
            shop.Lines.Where(line => line.StartsWith("order ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Thumbnails_of_an_album_are_made_where_its_pictures_are_in_memory()
    {
        using TemporaryFolder folder = new();
        string photos = Path.Combine(SampleProcess.Folder, "Thumbnails.Web", "photos");
        string patient = folder.Write("patient.conf", Patient);
        // A worker that has just joined would begin with a tenth of its share, and one that is busy would lend its albums.
        await using SampleProcess web = SampleProcess.Start(
            "Thumbnails.Web", folder.FullPath, "--urls", "http://127.0.0.1:0", "--photos", photos, "--hocon", patient,
            "--ActorBalancer:Name", "web", "--ActorBalancer:Metrics:SlowStart", "0s", "--ActorBalancer:Queues:thumbnails:LoadFactor", "100");
        using HttpClient http = new() { BaseAddress = new Uri(await web.AfterAsync("Now listening on: ")), Timeout = Eventually.Deadline };
        JsonElement[] workers = [];
        await Eventually.IsTrue(async () => (workers = await WorkersAsync(http)).Length == 1, "the web application's worker is up");
        string seed = workers[0].GetProperty("node").GetString()!.Split('@')[1];
        await using SampleProcess console = SampleProcess.Start("Thumbnails.Worker", folder.FullPath, seed, photos, "--hocon", patient);
        await Eventually.IsTrue(async () => (workers = await WorkersAsync(http)).Length == 2, "the console worker is up");
        Assert.Equal(["console", "web"], workers.Select(w => w.GetProperty("name").GetString()).Order(StringComparer.Ordinal));

        string[] coast = [.. await AlbumAsync(http, "coast", 64), .. await AlbumAsync(http, "coast", 32)];
        string[] forest = [.. await AlbumAsync(http, "forest", 64), .. await AlbumAsync(http, "forest", 32)];
        string at = coast[0].Split(' ')[^1], there = forest[0].Split(' ')[^1];
        Assert.Equal([$"island False {at}", $"sunset False {at}", $"island True {at}", $"sunset True {at}"], coast);
        Assert.Equal([$"firs False {there}", $"fog False {there}", $"firs True {there}", $"fog True {there}"], forest);

        Picture sunset = Png.Read(await File.ReadAllBytesAsync(Path.Combine(photos, "coast", "sunset.png")));
        Picture thumbnail = Png.Read(await http.GetByteArrayAsync("/albums/coast/sunset?side=80"));
        Assert.Equal((160, 120, 80, 60), (sunset.Width, sunset.Height, thumbnail.Width, thumbnail.Height));
        // The sun, as it was painted, and after four of its pixels have become one.
        Assert.Equal([255, 220, 120, 255], sunset.Pixels.AsSpan(((62 * 160) + 110) * 4, 4).ToArray());
        Assert.Equal([255, 220, 120, 255], thumbnail.Pixels.AsSpan(((31 * 80) + 55) * 4, 4).ToArray());
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/albums/nowhere")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/albums/coast/none")).StatusCode);
        Assert.Equal("Healthy", await http.GetStringAsync("/health"));

        console.Terminate();
        Assert.True(await console.ExitAsync() == 0, string.Join('\n', console.Lines));
        await Eventually.IsTrue(async () => (await WorkersAsync(http)).Length == 1, "the console worker has left");
        Assert.Equal(2, (await AlbumAsync(http, "coast", 16)).Length);
    }

    [Fact]
    public async Task Console_worker_says_how_it_is_called()
    {
        using TemporaryFolder folder = new();
        await using SampleProcess console = SampleProcess.Start("Thumbnails.Worker", folder.FullPath);
        Assert.Equal(2, await console.ExitAsync());
        Assert.StartsWith("Usage: ", Assert.Single(console.Lines), StringComparison.Ordinal);
    }

    private static async Task<JsonElement[]> WorkersAsync(HttpClient http)
    {
        using JsonDocument answer = JsonDocument.Parse(await http.GetStringAsync("/jobs/v1/workers"));
        return [.. answer.RootElement.GetProperty("items").EnumerateArray().Where(w => w.GetProperty("state").GetString() == "up").Select(w => w.Clone())];
    }

    /// <summary>The pictures of an album, whether their workers had them in memory, and those workers.</summary>
    private static async Task<string[]> AlbumAsync(HttpClient http, string album, int side)
    {
        using JsonDocument made = JsonDocument.Parse(await http.GetStringAsync($"/albums/{album}?side={side}"));
        return [.. made.RootElement.EnumerateArray().Select(one => $"{one.GetProperty("photo")} {one.GetProperty("wasUnpacked")} {one.GetProperty("worker")}")];
    }
}
