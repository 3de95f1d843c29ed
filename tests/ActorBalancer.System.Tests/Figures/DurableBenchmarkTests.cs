using System.Text.Json;
using ActorBalancer.Benchmarks.Durable;

namespace ActorBalancer.SystemTests.Figures;

/// <summary>What scripts rely on in the durable benchmark: its options, the shape of its figures, and that a drop shows.</summary>
public sealed class DurableBenchmarkTests
{
    [Fact]
    public void Every_option_is_read_and_the_store_must_be_named()
    {
        DurableArguments? all = DurableArguments.Parse(["--store", "postgres", "--peers", "--jobs", "5000", "--json", "--save"]);
        Assert.Equal(("postgres", true, 5000, true, true), (all!.Store, all.Peers, all.Jobs, all.Json, all.Save));
        DurableArguments? least = DurableArguments.Parse(["--store", "sqlite"]);
        Assert.Equal(("sqlite", false, 1_000_000, false, false), (least!.Store, least.Peers, least.Jobs, least.Json, least.Save));
    }

    [Theory]
    [InlineData("--peers")]
    [InlineData("--store", "memory")]
    [InlineData("--store")]
    [InlineData("--store", "sqlite", "--jobs", "0")]
    [InlineData("--store", "sqlite", "--jobs", "many")]
    [InlineData("--store", "sqlite", "more")]
    public void Arguments_that_make_no_sense_are_refused(params string[] args) => Assert.Null(DurableArguments.Parse(args));

    [Fact]
    public void Json_has_the_names_that_scripts_read()
    {
        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(Figures() with { Peers = Peers }, DurableJson.Options));
        Assert.Equal("sqlite", json.RootElement.GetProperty("store").GetString());
        JsonElement ours = json.RootElement.GetProperty("ours");
        Assert.Equal(
            [100_000, 0.5, 2, 1_000_000],
            new[] { "jobs_per_s", "p50_ms", "p99_ms", "verified_jobs" }.Select(name => ours.GetProperty(name).GetDouble()));
        JsonElement peers = json.RootElement.GetProperty("peers");
        Assert.Equal(400, peers.GetProperty("hangfire").GetProperty("jobs_per_s").GetDouble());
        Assert.Equal(JsonValueKind.Null, peers.GetProperty("graphile_default").ValueKind);
        Assert.Equal(20_000, peers.GetProperty("graphile_tuned").GetProperty("jobs_per_s").GetDouble());
    }

    [Fact]
    public void Run_is_kept_by_store_and_compared_with_the_kept_one()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("actorbalancer-figures-").FullName, "results", "durable.json");
        ResultsFile.Save(file, Figures());
        ResultsFile.Save(file, Figures() with { Store = "postgres", Peers = Peers });
        Assert.Equal(Figures(), ResultsFile.Kept(file, "sqlite"));
        Assert.Equal(Peers, ResultsFile.Kept(file, "postgres")!.Peers);
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(file))!, recursive: true);
    }

    [Fact]
    public void Drop_of_more_than_a_fifth_shows()
    {
        DurableFigures kept = Figures();
        Assert.StartsWith("no figure", Assert.Single(Compare(ours => ours with { JobsPerS = 81_000, P99Ms = 2.3 })), StringComparison.Ordinal);
        Assert.Contains("WORSE", Assert.Single(Compare(ours => ours with { JobsPerS = 79_000 })), StringComparison.Ordinal);
        Assert.Contains("p50", Assert.Single(Compare(ours => ours with { P50Ms = 0.7 })), StringComparison.Ordinal);
        Assert.Contains("p99", Assert.Single(Compare(ours => ours with { P99Ms = 2.5 })), StringComparison.Ordinal);
        Assert.Contains("5,000", Assert.Single(Compare(ours => ours with { Paced = Latency(25) })), StringComparison.Ordinal);
        Assert.Contains("another machine", Assert.Single(ResultsFile.Compare(kept, kept with { Machine = "1 x slow" })), StringComparison.Ordinal);

        IReadOnlyList<string> Compare(Func<OurFigures, OurFigures> change) => ResultsFile.Compare(kept, kept with { Ours = change(kept.Ours) });
    }

    private static PeerComparison Peers => new(new PeerFigures(400, 250, 500, 200, 2500), null, new PeerFigures(20_000, 5, 25_000, 4, 100_000));

    private static DurableFigures Figures() => new()
    {
        Store = "sqlite",
        Machine = "2 x fast",
        Date = new DateOnly(2026, 1, 2),
        LoadBefore = 0.1,
        Peers = null,
        Ours = new OurFigures
        {
            JobsPerS = 100_000, P50Ms = 0.5, P99Ms = 2, VerifiedJobs = 1_000_000, UnderLoadP50Ms = 100, UnderLoadP99Ms = 200,
            OneAtATime = Latency(1), Paced = Latency(10), CpuUsPerJob = new ProcessorFigures(1, 2, 3, 4),
        },
    };

    private static LatencyFigures Latency(double p99) => new(1_000, 1_000, 0.2, p99, 0.4, p99);
}
