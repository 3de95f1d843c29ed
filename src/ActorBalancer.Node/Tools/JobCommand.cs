using System.CommandLine;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer job show|list|retry|cancel</c>.</summary>
internal static class JobCommand
{
    public static Command Create() => new Verb("job", "Looks at jobs, cancels them and runs them again.", "actorbalancer job list --state dead")
    {
        Show(),
        List(),
        Order("retry", "Runs dead, discarded or cancelled jobs again with a fresh budget of attempts.", (client, id, stop) => client.RetryJobAsync(id, stop)),
        Order("cancel", "Cancels jobs that have not come to their end.", (client, id, stop) => client.CancelJobAsync(id, stop)),
    };

    private static Verb Show()
    {
        Argument<string> id = new("ID") { Description = "The job's id." };
        return ToolVerb.Create("show", "Shows a job, its attempts, and why they went where they went.", "actorbalancer job show 0dvk2m5x8w3y1", [id], async (parsed, tool, stop) =>
        {
            JobDetails job = await tool.Client.GetJobAsync(parsed.GetValue(id)!, stop);
            if (tool.Json)
                tool.Print(job, ClientJson.Default.JobDetails);
            else
                new JobScreen(tool).Show(job);
            return ExitCode.Done;
        });
    }

    private static Verb List()
    {
        Option<string?> state = new("--state") { Description = "Only scheduled, waiting, running, retrying, succeeded, discarded, cancelled or dead ones.", HelpName = "STATE" };
        Option<string?> queue = new("--queue") { Description = "Only those of this queue.", HelpName = "QUEUE" };
        Option<string?> kind = new("--kind") { Description = "Only those of this kind.", HelpName = "KIND" };
        Option<string?> source = new("--source") { Description = "Only those of this source.", HelpName = "TEXT" };
        Option<string?> worker = new("--worker") { Description = "Only those whose newest attempt is on this worker.", HelpName = "WORKER" };
        Option<string?> text = new("--text") { Description = "Only those with this text in id, kind, source or error.", HelpName = "TEXT" };
        Option<string?> after = new("--after") { Description = "Only those behind this one: the next page.", HelpName = "ID" };
        Option<int?> limit = new("--limit") { Description = "At most so many, 1 to 1000; 100 by default.", HelpName = "N" };
        return ToolVerb.Create(
            "list",
            "Lists jobs, the newest first.",
            "actorbalancer job list --state running --queue default --limit 20",
            [state, queue, kind, source, worker, text, after, limit],
            async (parsed, tool, stop) =>
            {
                JobListing page = await tool.Client.ListJobsAsync(
                    new JobQuery
                    {
                        State = parsed.GetValue(state),
                        Queue = parsed.GetValue(queue),
                        Kind = parsed.GetValue(kind),
                        Source = parsed.GetValue(source),
                        Worker = parsed.GetValue(worker),
                        Text = parsed.GetValue(text),
                        After = parsed.GetValue(after),
                        Limit = parsed.GetValue(limit),
                    },
                    stop);
                if (tool.Json)
                    tool.Print(page, ClientJson.Default.JobListing);
                else
                    new JobScreen(tool).Show(page);
                return ExitCode.Done;
            });
    }

    private static Verb Order(string name, string description, Func<BalancerClient, string, CancellationToken, Task<JobDetails>> order)
    {
        Argument<string[]> ids = new("ID") { Description = "The jobs' ids.", Arity = ArgumentArity.OneOrMore };
        return ToolVerb.Create(name, description, $"actorbalancer job {name} 0dvk2m5x8w3y1", [ids], async (parsed, tool, stop) =>
        {
            int code = ExitCode.Done;
            foreach (string id in parsed.GetValue(ids)!)
            {
                try
                {
                    JobDetails job = await order(tool.Client, id, stop);
                    if (tool.Json)
                        tool.Print(job, ClientJson.Default.JobDetails);
                    else
                        tool.Screen.Line($"{job.Id}  {job.State}");
                }
                catch (RefusedException e)
                {
                    // The others may well be in a state for it.
                    Tool.Remark($"{id}: {e.Message}");
                    code = ExitCode.Refused;
                }
            }
            return code;
        });
    }
}
