using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>Figures of the literature and of other balancers, each with its source, beside what ours gives.</summary>
public class PublishedFiguresTests
{
    [Fact]
    public void Weights_5_1_1_give_the_sequence_of_WF2Q()
    {
        // nginx's smooth round robin: a a b a c a a. Envoy's earliest deadline first: a a a a b c a. WF2Q (Bennett, Zhang 1996):
        int[] picks = Fleet.Of(5, 1, 1).With("weighted-round-robin").Picks(7);
        int b = picks.First(row => row != 0);
        Assert.Equal("a b a a c a a", string.Join(' ', picks.Select(row => row == 0 ? 'a' : row == b ? 'b' : 'c')));
    }

    [Fact]
    public void One_heavy_worker_among_a_hundred_never_leads_by_a_pick()
    {
        // Envoy's earliest deadline first leads by 49.5 here; smooth round robin and WF2Q by 0.99.
        var (lead, lag) = LeadAndLag([100, .. Enumerable.Repeat(1, 100)]);
        Assert.InRange(lead, 0, 0.9951);
        Assert.InRange(lag, 0, 0.9951);
    }

    [Fact]
    public void The_weights_on_which_smooth_round_robin_lags_by_1_29_stay_within_one_pick()
    {
        var (lead, lag) = LeadAndLag([18, 13, 13, 13, 13, 13, 8, 5, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.True(lead < 1 && lag < 1, $"lead {lead}, lag {lag}");
    }

    [Theory]
    [InlineData(1000, 10, 1.25, 125)]
    [InlineData(1000, 10, 1, 100)]
    [InlineData(37, 8, 1.25, 6)]
    [InlineData(5, 8, 1.5, 1)]
    public void Bounded_load_caps_at_the_ceiling_of_c_m_over_n(int jobs, int workers, double factor, int cap)
    {
        // Mirrokni, Thorup, Zadimoghaddam 2018: ceil(c m/n), the job being placed counted in m.
        var fleet = new Candidates();
        for (int row = 0; row < workers; row++) fleet.Join(row, Fleet.IdOf(row), 0, 1000, true);
        var strategy = new SourceHashStrategy(fleet, new StrategyOptions { LoadFactor = factor });
        fleet.SetInFlight(0, jobs - 1);
        Assert.All(Enumerable.Range(0, workers), row => Assert.Equal(cap, strategy.CapOf(row)));
    }

    [Theory]
    [InlineData(10, 11, 0.090909)]
    [InlineData(100, 99, 0.010000)]
    [InlineData(100, 101, 0.009901)]
    public void A_membership_change_moves_the_fewest_keys_possible(int from, int to, double moved)
    {
        // Modulo hashing moves 0.9 from 10 to 9; Maglev (NSDI 2016) moves 0.002 to 0.006 between survivors on top.
        const int keys = 100_000;
        var fleet = Fleet.Equal(from).With("source-hash");
        ulong[] before = SourceHashStrategyTests.Homes(fleet, keys);
        if (to < from) fleet.Leave(from - 1);
        else fleet.Join(from, Fleet.IdOf(from), 1, 1000, true);
        ulong[] after = SourceHashStrategyTests.Homes(fleet, keys);
        ulong changed = Fleet.IdOf(Math.Max(from, to) - 1);
        Assert.All(before.Zip(after), p => Assert.True(p.First == p.Second || (to < from ? p.First : p.Second) == changed));
        double fraction = before.Zip(after).Count(p => p.First != p.Second) / (double)keys;
        Assert.InRange(fraction, moved - (5 * Math.Sqrt(moved / keys)), moved + (5 * Math.Sqrt(moved / keys)));
    }

    [Theory]
    [InlineData(10, 400_000, 0.029999)]
    [InlineData(1000, 200_000, 0.099949)]
    public void Shares_of_sources_are_more_even_than_a_rings(int workers, int keys, double ring)
    {
        // A ring's share is Beta(v, (n-1)v): its coefficient of variation at v = 1000 points for 10, v = 100 for 1,000 workers.
        var fleet = Fleet.Equal(workers).With("source-hash");
        int[] shares = Enumerable.Range(0, keys).Select(key => fleet.Pick(SourceHash.Of(key))).Shares(workers);
        double mean = keys / (double)workers;
        double squared = shares.Average(share => Math.Pow((share / mean) - 1, 2));
        double withoutSampling = Math.Sqrt(Math.Max(0, squared - (1 / mean)));
        Assert.InRange(withoutSampling, 0, ring * 0.6);
    }

    [Theory]
    [InlineData(10, 0.2)]
    [InlineData(100, 0.02)]
    public void Two_choices_on_a_stale_view_send_the_least_loaded_no_more_than_twice_its_share(int workers, double cap)
    {
        // d/n without replacement; the most loaded never wins a pair.
        const int picks = 200_000;
        var fleet = Fleet.Equal(workers).With("random", 3, new StrategyOptions { Choices = 2 });
        for (int row = 0; row < workers; row++) fleet.SetInFlight(row, row);
        int[] shares = fleet.Picks(picks).Shares(workers);
        double error = 5 * Math.Sqrt(cap / picks);
        Assert.InRange(shares[0] / (double)picks, cap - error, cap + error);
        Assert.Equal(0, shares[^1]);
        // A full scan of the same stale view sends everything there.
        Assert.All(fleet.With("least-connections").Picks(100), row => Assert.Equal(0, row));
    }

    [Theory]
    [InlineData(1, 0.632121, 0.264241, 0.080301)]
    [InlineData(2, 0.761594, 0.229505, 0.008895)]
    public void N_jobs_onto_n_idle_workers_pile_up_as_the_differential_equations_say(int choices, double one, double two, double three)
    {
        // Mitzenmacher 2001: ds_i/dt = s_(i-1)^d - s_i^d at t = 1.
        const int n = 20_000;
        var fleet = Fleet.Equal(n).With("random", 5, new StrategyOptions { Choices = choices });
        for (int job = 0; job < n; job++) fleet.Place();
        double[] fractions = [.. new[] { 1, 2, 3 }.Select(k => Enumerable.Range(0, n).Count(row => fleet.InFlight(row) >= k) / (double)n)];
        foreach (var (expected, fraction) in new[] { one, two, three }.Zip(fractions))
            Assert.InRange(fraction, expected - (5 * Math.Sqrt(expected / n)), expected + (5 * Math.Sqrt(expected / n)));
    }

    [Fact]
    public void Random_picks_scatter_like_a_binomial()
    {
        // Standard deviation of a worker's count, 100,000 picks over 10: sqrt(m p (1 - p)) = 94.868330.
        double squares = 0;
        for (ulong seed = 0; seed < 50; seed++)
            squares += Fleet.Equal(10).With("random", seed).Picks(100_000).Shares(10).Sum(share => Math.Pow(share - 10_000, 2));
        Assert.InRange(Math.Sqrt(squares / 500), 94.868330 * 0.85, 94.868330 * 1.15);
    }

    [Fact]
    public void Thirty_one_bit_counters_skip_a_worker_at_their_wrap_and_ours_has_no_counter()
    {
        // Akka.NET and YARP mask the counter to 31 bits: over three workers the wrap gives 0 1 0 1 2 0. A cursor
        // wraps at every round.
        int[] picks = Fleet.Equal(3).With("round-robin").Picks(300_000);
        for (int i = 3; i < picks.Length; i++) Assert.Equal(picks[i - 3], picks[i]);
        Assert.Equal(3, picks.Take(3).Distinct().Count());
    }

    private static (double Lead, double Lag) LeadAndLag(int[] weights)
    {
        var fleet = Fleet.Of(weights).With("weighted-round-robin");
        double total = weights.Sum();
        int[] picked = new int[weights.Length];
        double lead = 0;
        double lag = 0;
        for (int t = 1; t <= 3 * total; t++)
        {
            picked[fleet.Pick(0)]++;
            for (int row = 0; row < weights.Length; row++)
            {
                double deviation = picked[row] - (t * weights[row] / total);
                lead = Math.Max(lead, deviation);
                lag = Math.Max(lag, -deviation);
            }
        }

        return (lead, lag);
    }
}
