using System.Text.Json;
using System.Xml.Linq;
using ActorBalancer.SystemTests.Processes;
using ActorBalancer.SystemTests.Tools;
using ActorBalancer.Strategies;

namespace ActorBalancer.SystemTests.Predict;

/// <summary><c>simulate</c> and <c>plan</c> as one calls them.</summary>
public sealed class SimulateTests
{
    private static readonly string[] Small = ["--jobs", "5000", "--replications", "3"];

    [Fact]
    public async Task Batch_of_equal_jobs_takes_R_over_S()
    {
        ToolRun run = (await RunAsync("simulate", "--arrivals", "batch:80", "--service", "det", "--workers", "8x1", "--strategy", "round-robin", "--json")).Succeeded();
        JsonElement row = Assert.Single(run.Json.EnumerateArray());
        Assert.Equal(10, row.GetProperty("makespan").GetDouble());
        Assert.Equal(5.5, row.GetProperty("response").GetProperty("mean").GetDouble());
        Assert.Equal(5.5, row.GetProperty("slowdown").GetProperty("mean").GetDouble());
        Assert.Equal(0.9, row.GetProperty("p_wait").GetDouble(), 12);
        Assert.All(row.GetProperty("shares").EnumerateArray(), s => Assert.Equal(0.125, s.GetDouble()));
    }

    [Fact]
    public async Task Json_has_every_strategy_and_figure_and_the_same_seed_gives_the_same_bytes()
    {
        string[] call = ["simulate", "--workers", "3x1", "--workers", "2x2:1.5", "--load", "0.5", "--seed", "7", "--json", .. Small];
        ToolRun run = (await RunAsync(call)).Succeeded();
        JsonElement[] rows = [.. run.Json.EnumerateArray()];
        Assert.Equal(StrategyCatalog.Ids, rows.Select(r => r.GetProperty("strategy").GetString()));
        foreach (JsonElement row in rows)
        {
            Assert.Contains(row.GetProperty("binding").GetString(), new[] { "early", "late" });
            foreach (string times in new[] { "response", "wait" })
            {
                double[] figures = [.. new[] { "p50", "p95", "p99", "p999" }.Select(f => row.GetProperty(times).GetProperty(f).GetDouble())];
                Assert.Equal(figures.Order(), figures);
                Assert.True(row.GetProperty(times).GetProperty("half_width").GetDouble() > 0);
            }
            Assert.Equal(JsonValueKind.Null, row.GetProperty("slowdown").ValueKind);
            Assert.Equal(0.5, row.GetProperty("utilisation").GetDouble(), 0.05);
            Assert.Equal(5, row.GetProperty("shares").GetArrayLength());
            Assert.Equal(1, row.GetProperty("shares").EnumerateArray().Sum(s => s.GetDouble()), 9);
        }
        Assert.Equal(run.Output, (await RunAsync(call)).Output);
        Assert.NotEqual(run.Output, (await RunAsync([.. call, "--seed", "8"])).Output);
    }

    [Fact]
    public async Task Strategies_that_learn_are_named_and_both_options_of_learning_change_something()
    {
        string[] call = ["simulate", "--workers", "4x1", "--workers", "2x4", "--load", "0.7", "--strategy", "weighted-round-robin,adaptive", "--binding", "early", .. Small];
        ToolRun run = (await RunAsync(call)).Succeeded();
        Assert.Contains("learning it: adaptive.", run.Output, StringComparison.Ordinal);
        JsonElement[] rows = [.. (await RunAsync([.. call, "--json"])).Succeeded().Json.EnumerateArray()];
        Assert.Equal(["static", "learned"], rows.Select(r => r.GetProperty("weights").GetString()));
        ToolRun learned = (await RunAsync([.. call, "--json", "--weights", "learned"])).Succeeded();
        Assert.All(learned.Json.EnumerateArray(), r => Assert.Equal("learned", r.GetProperty("weights").GetString()));
        Assert.Equal(learned.Output, (await RunAsync([.. call, "--json", "--weights", "learned"])).Output);
        Assert.NotEqual(learned.Output, (await RunAsync([.. call, "--json", "--weights", "learned", "--service-time", "0.1"])).Output);
        Assert.DoesNotContain("learning", (await RunAsync([.. call, "--weights", "static"])).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_names_what_is_unstable_and_says_why_on_standard_error()
    {
        ToolRun run = (await RunAsync(["simulate", "--workers", "8x1", "--workers", "2x0.25:1", "--load", "0.9", "--verbose", .. Small])).Succeeded();
        Assert.Contains(run.Lines, l => l.StartsWith("round-robin", StringComparison.Ordinal) && l.Contains("unstable", StringComparison.Ordinal));
        Assert.Contains(run.Lines, l => l.StartsWith("least-connections", StringComparison.Ordinal) && l.Contains('|', StringComparison.Ordinal));
        Assert.Contains("(speed 0.25)", run.Error, StringComparison.Ordinal);
        Assert.Contains("million jobs a second", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_goes_to_a_file()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.FullPath, "times.svg");
        (await RunAsync(["simulate", "--svg", file, .. Small])).Succeeded();
        Assert.Equal("svg", XDocument.Load(file).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Trace_is_replayed()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.FullPath, "trace");
        await File.WriteAllLinesAsync(file, ["""{"at":5,"service":2,"kind":"","source":"a"}""", """{"at":6,"service":2,"kind":"","source":"b"}"""]);
        ToolRun run = (await RunAsync("simulate", "--workers", "1x1", "--arrivals", $"trace:{file}", "--strategy", "random", "--json")).Succeeded();
        Assert.Equal(1.25, run.Json[0].GetProperty("response").GetProperty("mean").GetDouble(), 9);
        Assert.Contains("at speed 1 (2 s)", (await RunAsync("simulate", "--arrivals", $"trace:{file}")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--load 1.2", "below 1")]
    [InlineData("--load x", "--load is 'x'")]
    [InlineData("--load 0", "the load is 0")]
    [InlineData("--load 0.5 --rate 2", "leave one of them out")]
    [InlineData("--rate 9", "below 1")]
    [InlineData("--workers 8", "COUNTxSPEED")]
    [InlineData("--workers 0x1", "the count")]
    [InlineData("--workers 8x0", "the speed")]
    [InlineData("--workers 8x1:-1", "the weight")]
    [InlineData("--workers 8x1:0", "weight 0")]
    [InlineData("--slots 0", "--slots")]
    [InlineData("--arrivals often", "arrivals 'often'")]
    [InlineData("--arrivals batch:8 --load 0.5", "leave it out")]
    [InlineData("--arrivals batch:8 --jobs 9", "leave --jobs out")]
    [InlineData("--arrivals trace:/no/such/trace", "/no/such/trace")]
    [InlineData("--service slow", "service 'slow'")]
    [InlineData("--strategy fastest", "there is no 'fastest'")]
    [InlineData("--binding never", "--binding is 'never'")]
    [InlineData("--weights told", "--weights is 'told'; give static or learned")]
    [InlineData("--service-time 0", "the mean service time is 0 s")]
    [InlineData("--service-time x", "--service-time")]
    [InlineData("--routers 0", "--routers")]
    [InlineData("--choices 99", "--choices")]
    [InlineData("--delay x", "--delay")]
    [InlineData("--jobs 0", "--jobs")]
    [InlineData("--replications 0", "--replications")]
    [InlineData("--seed x", "--seed")]
    [InlineData("--svg /no/such/folder/a.svg --jobs 1 --replications 1", "/no/such/folder")]
    public async Task What_cannot_be_simulated_is_refused_in_words(string options, string why)
    {
        ToolRun run = await RunAsync(["simulate", .. options.Split(' ')]);
        Assert.Equal(2, run.Exit);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Plan_gives_the_smallest_fleet_of_each_strategy()
    {
        ToolRun run = (await RunAsync("plan", "--rate", "12", "--service", "exp", "--target-p99", "8", "--jobs", "20000", "--json")).Succeeded();
        JsonElement random = run.Json.GetProperty("plans").EnumerateArray().Single(p => p.GetProperty("strategy").GetString() == "random");
        Assert.Equal(29, random.GetProperty("workers").GetInt32());
        Assert.Equal(12.0 / 29, random.GetProperty("rate_per_worker").GetDouble(), 9);
        Assert.Equal(1 / (1 - (12.0 / 29)), random.GetProperty("formula").GetProperty("mean").GetDouble(), 9);
        Assert.True(random.GetProperty("simulated").GetProperty("mean").GetDouble() > 1);
    }

    [Fact]
    public async Task Plan_learns_too()
    {
        string[] call = ["plan", "--rate", "6", "--service", "exp", "--target-p99", "12", "--workers-speed", "1,4", "--strategy", "weighted-round-robin", "--jobs", "20000", "--json"];
        ToolRun told = (await RunAsync(call)).Succeeded();
        ToolRun learned = (await RunAsync([.. call, "--weights", "learned"])).Succeeded();
        Assert.NotEqual(told.Output, learned.Output);
        Assert.NotEqual(learned.Output, (await RunAsync([.. call, "--weights", "learned", "--service-time", "0.1"])).Output);
        Assert.Equal(2, (await RunAsync([.. call, "--weights", "some"])).Exit);
    }

    [Fact]
    public async Task Plan_says_so_where_even_an_idle_fleet_is_too_slow()
    {
        ToolRun run = await RunAsync("plan", "--rate", "12", "--service", "exp", "--target-p99", "4");
        Assert.Equal(1, run.Exit);
        Assert.Contains("4.605", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("plan", "--rate", "12", "--service", "exp")).Exit);
    }

    private static Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.RunAsync([], "", arguments);
}
