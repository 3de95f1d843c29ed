using ActorBalancer.CampaignNode;

namespace ActorBalancer.SystemTests.Campaign.Checking;

/// <summary>Made-up ledgers: the checker finds each kind of violation, and accepts what the promise allows.</summary>
public sealed class CheckerTests
{
    private const long Lease = 1_000;

    private readonly List<Submission> _submissions = [];
    private readonly Dictionary<string, JobHistory> _histories = [];
    private readonly FaultLog _faults = new();

    [Fact]
    public void One_run_and_its_outcome_keep_the_promise()
    {
        Accepted("k", "j");
        Final("j", "w1.7.1", new HistoryAttempt(1, "w1", "succeeded"));
        Verdict verdict = Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk");
        Assert.True(verdict.Holds, verdict.ToString());
        Assert.Equal((1, 0, 0), (verdict.Accepted, verdict.Duplicates, verdict.OverlapsExplained));
    }

    [Fact]
    public void Failed_attempts_before_it_are_no_duplicates()
    {
        Accepted("k", "j");
        Final("j", "w2.8.1", new HistoryAttempt(1, "w1", "failed"), new HistoryAttempt(2, "w2", "succeeded"), attempt: 2);
        Verdict verdict = Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tFailed", "S\t30\tw2.8.1\tk\tj\t2\t5\tq", "E\t40\tw2.8.1\tOk");
        Assert.True(verdict.Holds, verdict.ToString());
        Assert.Equal(0, verdict.Duplicates);
    }

    [Fact]
    public void Accepted_job_that_nobody_knows_is_lost()
    {
        Accepted("k", "j");
        Assert.Single(Check().Lost);
    }

    [Fact]
    public void Accepted_job_that_is_not_final_is_lost()
    {
        Accepted("k", "j");
        _histories["j"] = new JobHistory("j", "running", null, [new HistoryAttempt(1, "w1", null)], null);
        Assert.Single(Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq").Lost);
    }

    [Fact]
    public void Accepted_job_under_whose_id_another_one_stands_is_lost()
    {
        Accepted("k", "j");
        Accepted("other", "j");
        Final("j", "w1.7.1", new HistoryAttempt(1, "w1", "succeeded"), key: "other");
        Verdict verdict = Check("S\t10\tw1.7.1\tother\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk");
        Assert.StartsWith("k ", Assert.Single(verdict.Lost), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_of_what_was_never_submitted_is_unexpected() =>
        Assert.Single(Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk").Unexpected);

    [Fact]
    public void Run_of_what_was_refused_is_unexpected()
    {
        Submit("k").Refused("store_unavailable", "r1");
        Assert.Single(Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk").Unexpected);
    }

    [Fact]
    public void Run_of_what_got_no_answer_is_allowed()
    {
        Submit("k").Unknown("no answer", "r1");
        Verdict verdict = Check("S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk");
        Assert.True(verdict.Holds, verdict.ToString());
    }

    [Fact]
    public void Second_job_of_a_key_is_unexpected()
    {
        Submission submission = Accepted("k", "j");
        Final("j", "w1.7.1", new HistoryAttempt(1, "w1", "succeeded"));
        string[] runs = ["S\t10\tw1.7.1\tk\tj\t1\t5\tq", "E\t20\tw1.7.1\tOk", "S\t11\tw1.7.2\tk\ti\t1\t5\tq", "E\t21\tw1.7.2\tOk"];
        Assert.Single(Check(runs).Unexpected);

        submission.Accepted("i", "r2");
        Final("i", "w1.7.2", new HistoryAttempt(1, "w1", "succeeded"));
        Assert.Single(Check(runs).Unexpected);
    }

    [Fact]
    public void Two_runs_at_a_time_that_nothing_explains_are_an_overlap()
    {
        TwoRuns();
        Verdict verdict = Check(Overlapping);
        Assert.Single(verdict.OverlapsUnexplained);
        Assert.Equal((0, 1), (verdict.OverlapsExplained, verdict.Duplicates));
    }

    [Fact]
    public void Overlap_is_explained_by_a_silence_above_the_lease()
    {
        TwoRuns();
        _faults.Silent("w1", 900, isRouter: false).To = 5_000;
        AssertExplained(Check(Overlapping));
    }

    [Theory]
    [InlineData("w1", 900, 1_500)]
    [InlineData("w1", 1_500, 5_000)]
    [InlineData("w3", 900, 5_000)]
    public void Overlap_is_not_explained_by_a_silence_that_is_short_or_late_or_anothers(string node, long from, long to)
    {
        TwoRuns();
        _faults.Silent(node, from, isRouter: false).To = to;
        Assert.Single(Check(Overlapping).OverlapsUnexplained);
    }

    [Fact]
    public void Overlap_is_explained_by_a_cancellation_that_the_first_run_heard_or_by_its_workers_leaving()
    {
        TwoRuns();
        AssertExplained(Check([.. Overlapping, "C\t1999\tw1.7.1"]));
        Assert.Single(Check([.. Overlapping, "C\t2001\tw1.7.1"]).OverlapsUnexplained);
        _faults.ToldToStop("w1", 7, 1_500);
        AssertExplained(Check(Overlapping));
    }

    [Fact]
    public void Run_that_a_kill_broke_off_ends_with_it()
    {
        TwoRuns();
        string[] runs = ["S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "S\t2000\tw2.8.1\tk\tj\t2\t5\tq", "E\t2500\tw2.8.1\tOk"];
        Assert.Single(Check(runs).OverlapsUnexplained);
        _faults.Killed("w1", 7, 1_900, isRouter: false);
        Verdict verdict = Check(runs);
        Assert.True(verdict.Holds, verdict.ToString());
        Assert.Equal((0, 1), (verdict.OverlapsExplained, verdict.Duplicates));
    }

    [Fact]
    public void Run_that_repeats_what_a_live_worker_held_is_named()
    {
        TwoRuns();
        _faults.Killed("r1", 3, 1_200, isRouter: true);
        Assert.Single(Check(Apart).Repeated);
        Assert.Empty(Check("S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "E\t1500\tw1.7.1\tFailed", "S\t2000\tw2.8.1\tk\tj\t2\t5\tq", "E\t2500\tw2.8.1\tOk").Repeated);
        _faults.Killed("w1", 7, 1_900, isRouter: false);
        Assert.Empty(Check(Apart).Repeated);
    }

    [Fact]
    public void Run_that_started_before_the_kill_of_the_first_one_overlaps_it()
    {
        TwoRuns();
        _faults.Killed("w1", 7, 2_100, isRouter: false);
        Assert.Single(Check("S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "S\t2000\tw2.8.1\tk\tj\t2\t5\tq", "E\t2500\tw2.8.1\tOk").OverlapsUnexplained);
    }

    [Fact]
    public void Result_of_another_run_than_the_one_that_ended_the_job_is_stale()
    {
        Accepted("k", "j");
        Final("j", "w1.7.1", new HistoryAttempt(1, "w1", "lost"), new HistoryAttempt(2, "w2", "succeeded"));
        Assert.Single(Check(Apart).StaleOutcomes);
    }

    [Fact]
    public void Two_final_outcomes_are_stale()
    {
        Accepted("k", "j");
        Final("j", "w2.8.1", new HistoryAttempt(1, "w1", "succeeded"), new HistoryAttempt(2, "w2", "succeeded"), attempt: 2);
        Assert.Single(Check(Apart).StaleOutcomes);
    }

    [Theory]
    [InlineData("w1.7.9")]
    [InlineData("w1.7.2")]
    public void Result_of_a_run_that_never_was_or_did_not_end_is_stale(string run)
    {
        Accepted("k", "j");
        Final("j", run, new HistoryAttempt(1, "w1", "succeeded"));
        Assert.Single(Check("S\t10\tw1.7.2\tk\tj\t1\t5\tq").StaleOutcomes);
    }

    [Fact]
    public void Dead_without_a_reason_in_its_history_is_stale()
    {
        Accepted("k", "j");
        _histories["j"] = new JobHistory("j", "dead", "poisoned", [new HistoryAttempt(1, "w1", "lost"), new HistoryAttempt(2, "w1", "lost")], null);
        Assert.Single(Check().StaleOutcomes);
        _histories["j"] = new JobHistory("j", "dead", "attempts", [new HistoryAttempt(1, "w1", "released")], null);
        Assert.Single(Check().StaleOutcomes);
        _histories["j"] = new JobHistory("j", "dead", "attempts", [new HistoryAttempt(1, "w1", "failed")], null);
        Assert.True(Check().Holds);
    }

    [Fact]
    public void Figures_are_taken_from_the_fault_to_the_next_start()
    {
        TwoRuns();
        _faults.Killed("w1", 7, 1_900, isRouter: false);
        _faults.Killed("r1", 3, 1_200, isRouter: true);
        Evidence evidence = Gather("S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "S\t2000\tw2.8.1\tk\tj\t2\t6\tq", "E\t2500\tw2.8.1\tOk");
        Assert.Equal([0.1], RoundFigures.OfWorkers(evidence));
        Assert.Equal([0.8], RoundFigures.OfRouters(evidence));
        Assert.Equal(new Spread(2, 4, 4), Spread.Of([4, 1, 2, 3]));
    }

    private static readonly string[] Overlapping =
        ["S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "S\t2000\tw2.8.1\tk\tj\t2\t5\tq", "E\t2500\tw2.8.1\tOk", "E\t6000\tw1.7.1\tOk"];

    private static readonly string[] Apart =
        ["S\t1000\tw1.7.1\tk\tj\t1\t5\tq", "E\t1500\tw1.7.1\tOk", "S\t2000\tw2.8.1\tk\tj\t2\t5\tq", "E\t2500\tw2.8.1\tOk"];

    private static void AssertExplained(Verdict verdict)
    {
        Assert.True(verdict.Holds, verdict.ToString());
        Assert.Equal(1, verdict.OverlapsExplained);
    }

    private void TwoRuns()
    {
        Accepted("k", "j");
        Final("j", "w2.8.1", new HistoryAttempt(1, "w1", "lost"), new HistoryAttempt(2, "w2", "succeeded"), attempt: 2);
    }

    private Submission Submit(string key)
    {
        Submission submission = new(key, CampaignHandlers.Quick);
        _submissions.Add(submission);
        return submission;
    }

    private Submission Accepted(string key, string id)
    {
        Submission submission = Submit(key);
        submission.Accepted(id, "r1");
        return submission;
    }

    private void Final(string id, string run, HistoryAttempt only, int attempt = 1, string key = "k") => Final(id, run, [only], attempt, key);

    private void Final(string id, string run, HistoryAttempt first, HistoryAttempt second, int attempt = 1) => Final(id, run, [first, second], attempt, "k");

    private void Final(string id, string run, HistoryAttempt[] attempts, int attempt, string key) =>
        _histories[id] = new JobHistory(id, JobHistory.Succeeded, null, attempts, new CampaignResult(key, run, attempt, run.Split('.')[0]));

    private Evidence Gather(params string[] ledger) => new(_submissions, Ledger.Of(ledger), _histories, _faults, Lease);

    private Verdict Check(params string[] ledger) => Checker.Check(Gather(ledger));
}
