using System.CommandLine;
using System.CommandLine.Parsing;
using ActorBalancer.Hosting;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer submit</c>.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        Argument<string?> kind = new("KIND") { Description = "The job's type, such as echo, sleep or sha256.", Arity = ArgumentArity.ZeroOrOne };
        Argument<string?> payload = new("PAYLOAD-JSON") { Description = "Its argument as JSON; -: from standard input; left out: {}.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> queue = new("--queue") { Description = "The queue; default by default.", HelpName = "QUEUE" };
        Option<string?> source = new("--source") { Description = "Affinity and order key; left out: this machine's address.", HelpName = "TEXT" };
        Option<int?> priority = new("--priority") { Description = "0 to 9, higher sooner; 5 by default.", HelpName = "N" };
        Option<TimeSpan?> delay = new("--delay") { Description = "Not before this time from now: seconds, or a number with ms, s, m, h or d.", HelpName = "TIME", CustomParser = ParseTime };
        Option<string?> runAt = new("--run-at") { Description = "Not before this time, RFC 3339: 2026-12-31T23:59:00Z.", HelpName = "TIME" };
        Option<TimeSpan?> limit = new("--time-limit") { Description = "How long an attempt may run; left out: as the queue says.", HelpName = "TIME", CustomParser = ParseTime };
        Option<int?> attempts = new("--attempts") { Description = "How often it may run before it is dead; left out: as the queue says.", HelpName = "N" };
        Option<string?> key = new("--key") { Description = "Idempotency key: with it the same job is made once within 24 h, however often it is submitted.", HelpName = "TEXT" };
        Option<int> count = new("--count") { Description = "Submit it so many times, 1 to 1000000.", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<string?> bulk = new("--bulk") { Description = "Submit one job a line of this file instead, each as POST /v1/jobs takes it; -: standard input.", HelpName = "FILE" };
        Option<bool> wait = new("--wait") { Description = "Wait for the end and print the results instead of the ids; exit code 1 if one did not succeed." };
        count.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                r.AddError($"--count is {r.GetValueOrDefault<int>()}; give a number from 1 to 1000000.");
        });

        Verb verb = ToolVerb.Create(
            "submit",
            "Submits jobs and prints their ids, one a line.",
            """
            actorbalancer submit echo '{"hello":"world"}' --wait
            actorbalancer submit sleep '{"ms":500}' --queue reports --priority 9 --count 20
            echo '{"path":"/etc/hostname"}' | actorbalancer submit sha256 -
            """,
            [kind, payload, queue, source, priority, delay, runAt, limit, attempts, key, count, bulk, wait],
            async (parsed, tool, stop) =>
            {
                SubmitRun run = new(tool, parsed.GetValue(wait));
                if (parsed.GetValue(bulk) is { } file)
                    return await run.BulkAsync(file, stop);
                PayloadText text = PayloadText.Read(parsed.GetValue(payload));
                if (text.Problem is { } problem)
                {
                    Tool.Remark(problem);
                    return ExitCode.Usage;
                }
                return await run.ManyAsync(
                    new()
                    {
                        Kind = parsed.GetValue(kind)!,
                        Payload = text.Json,
                        Queue = parsed.GetValue(queue),
                        Source = parsed.GetValue(source),
                        Priority = parsed.GetValue(priority),
                        Delay = parsed.GetValue(delay),
                        RunAt = parsed.GetValue(runAt),
                        TimeLimit = parsed.GetValue(limit),
                        Attempts = parsed.GetValue(attempts),
                        Key = parsed.GetValue(key),
                    },
                    parsed.GetValue(count),
                    stop);
            });
        Option[] single = [queue, source, priority, delay, runAt, limit, attempts, key, count];
        verb.Validators.Add(r =>
        {
            bool given = r.GetResult(bulk) is not null;
            if (!given && r.GetValue(kind) is null)
                r.AddError("Name the KIND of the job, or a file of jobs with --bulk.");
            if (r.GetValue(key) is not null && r.GetValue(count) > 1)
                r.AddError("--key makes one job, and --count asks for more: leave one of them out.");
            string? other = r.GetResult(kind) is { Tokens.Count: > 0 } ? kind.Name : single.FirstOrDefault(o => r.GetResult(o) is { Implicit: false })?.Name;
            if (given && other is not null)
                r.AddError($"{other} cannot be given with --bulk: each line says it for its job.");
        });
        return verb;
    }

    private static TimeSpan? ParseTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string full = text.Length > 0 && char.IsAsciiDigit(text[^1]) ? $"{text}s" : text;
        if (ValueText.TryDuration(full, out TimeSpan time))
            return time;
        result.AddError($"'{text}' is no time: give seconds, or a number with ms, s, m, h or d.");
        return null;
    }
}
