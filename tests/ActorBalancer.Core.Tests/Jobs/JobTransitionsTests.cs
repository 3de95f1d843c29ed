namespace ActorBalancer.Tests.Jobs;

public sealed class JobTransitionsTests
{
    private static readonly JobState[] States = Enum.GetValues<JobState>();

    [Fact]
    public void Every_state_can_be_reached_from_the_birth_of_a_job() => Assert.Equal(States, Reached(null).Order());

    [Fact]
    public void Success_has_no_way_out_the_other_ends_only_a_retry_by_hand_and_from_all_of_them_a_job_can_succeed()
    {
        Assert.Empty(Reached(JobState.Succeeded));
        foreach (JobState state in States.Where(state => state != JobState.Succeeded))
            Assert.Contains(JobState.Succeeded, Reached(state));
        Assert.Equal([JobState.Discarded, JobState.Cancelled, JobState.Dead], States.Where(JobTransitions.IsRetryable));
        Assert.All(
            JobTransitions.All.Where(step => step.From is { } from && JobTransitions.IsFinal(from)),
            step => Assert.Equal((JobState.Waiting, "retried by hand"), (step.To, step.Cause)));
        Assert.Equal(
            [JobState.Succeeded, JobState.Discarded, JobState.Cancelled, JobState.Dead],
            States.Where(JobTransitions.IsFinal));
    }

    [Fact]
    public void Every_state_that_is_not_final_can_be_cancelled()
    {
        foreach (JobState state in States.Where(state => !JobTransitions.IsFinal(state)))
            Assert.True(JobTransitions.IsLegal(state, JobState.Cancelled));
    }

    [Fact]
    public void Only_running_jobs_succeed_are_discarded_retried_or_die()
    {
        foreach (JobState end in new[] { JobState.Succeeded, JobState.Discarded, JobState.Retrying, JobState.Dead })
            Assert.Equal([JobState.Running], States.Where(from => JobTransitions.IsLegal(from, end)));
    }

    [Fact]
    public void Legal_steps_are_exactly_those_listed_each_once_with_a_cause()
    {
        Assert.Equal(JobTransitions.All.Count, JobTransitions.All.DistinctBy(step => (step.From, step.To)).Count());
        Assert.All(JobTransitions.All, step => Assert.NotEqual("", step.Cause));
        foreach (JobState? from in States.Select(state => (JobState?)state).Append(null))
        {
            foreach (JobState to in States)
                Assert.Equal(JobTransitions.All.Any(step => step.From == from && step.To == to), JobTransitions.IsLegal(from, to));
        }
        Assert.False(JobTransitions.IsLegal(JobState.Waiting, JobState.Waiting));
        Assert.False(JobTransitions.IsLegal(null, JobState.Running));
    }

    private static HashSet<JobState> Reached(JobState? start)
    {
        HashSet<JobState> reached = [];
        Queue<JobState?> open = new([start]);
        while (open.TryDequeue(out JobState? from))
        {
            foreach (JobTransition step in JobTransitions.All)
            {
                if (step.From == from && reached.Add(step.To))
                    open.Enqueue(step.To);
            }
        }
        return reached;
    }
}
