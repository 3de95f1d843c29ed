using Xunit.Abstractions;

namespace ActorBalancer.Simulator.Tests.Theory;

/// <summary>What theory knows, the simulator finds: within three half-widths of the 95% interval, and that within 2% of the mean.</summary>
[Trait("Part", "long")]
public sealed class TheoryTests(ITestOutputHelper output)
{
    private const string AllTests = "ACTORBALANCER_ALL_TESTS";

    public static TheoryData<string> Quick => [.. TheoryRow.Quick.Keys];

    public static TheoryData<string> Slow => [.. TheoryRow.Slow.Keys];

    public static TheoryData<string> Reported => [.. TheoryRow.Reported.Keys];

    [Theory]
    [MemberData(nameof(Quick))]
    public void Simulation_finds_what_theory_knows(string row) => Judge(row, TheoryRow.Quick[row]);

    [SkippableTheory]
    [MemberData(nameof(Slow))]
    public void Long_simulation_finds_what_theory_knows(string row)
    {
        NeedsTime();
        Judge(row, TheoryRow.Slow[row]);
    }

    [SkippableTheory]
    [MemberData(nameof(Reported))]
    public void Simulation_at_a_load_of_99_percent_is_reported(string row)
    {
        NeedsTime();
        Estimate found = Find(row, TheoryRow.Reported[row]);
        Assert.True(found.Mean > 0);
    }

    private void Judge(string row, TheoryRow known)
    {
        Estimate found = Find(row, known);
        Assert.True(found.HalfWidth <= 0.02 * found.Mean, $"{row}: the half-width {found.HalfWidth} is above 2% of {found.Mean}");
        Assert.True(Math.Abs(found.Mean - known.Exact) <= 3 * found.HalfWidth + 1e-9, $"{row}: {found.Mean} +- {found.HalfWidth}, and theory says {known.Exact}");
    }

    private Estimate Find(string row, TheoryRow known)
    {
        StrategyFigures figures = Simulation.Run(known.Options)[0];
        Estimate found = known.Metric(figures);
        output.WriteLine($"{row}: {found.Mean} +- {found.HalfWidth}, exact {known.Exact}, off by {(found.Mean - known.Exact) / found.HalfWidth:0.00} half-widths");
        Assert.InRange(figures.Utilisation.Mean, known.Options.Load!.Value - (4 * figures.Utilisation.HalfWidth!.Value), known.Options.Load.Value + (4 * figures.Utilisation.HalfWidth.Value));
        return found;
    }

    private static void NeedsTime() =>
        Skip.If(Environment.GetEnvironmentVariable(AllTests) != "1", "takes minutes of processor time; tests/run --all runs it");
}
