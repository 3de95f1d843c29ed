using System.CommandLine;
using ActorBalancer.Client;
using ActorBalancer.Strategies;

namespace ActorBalancer.Node.Tools;

/// <summary><c>actorbalancer queue list|set|pause|resume|weights</c>.</summary>
internal static class QueueCommand
{
    // Less than a screen.
    private const int ShownChanges = 20;

    public static Command Create() => new Verb("queue", "Looks at queues and steers them.", "actorbalancer queue set default --strategy source-hash")
    {
        List(),
        Set(),
        Order("pause", "Assigns no more jobs of a queue; what runs goes on, and submits are still accepted.", (client, name, stop) => client.PauseQueueAsync(name, stop)),
        Order("resume", "Assigns the jobs of a paused queue again.", (client, name, stop) => client.ResumeQueueAsync(name, stop)),
        Weights(),
    };

    private static Verb List() => ToolVerb.Create("list", "Lists the queues.", "actorbalancer queue list", [], async (_, tool, stop) =>
    {
        IReadOnlyList<QueueDetails> queues = await tool.Client.ListQueuesAsync(stop);
        if (tool.Json)
            tool.Print(new Listing<QueueDetails>(queues), ClientJson.Default.ListingQueueDetails);
        else
            tool.Screen.Show(SheetOf(queues));
        return ExitCode.Done;
    });

    private static Verb Set()
    {
        Argument<string> name = new("QUEUE") { Description = "The queue." };
        Option<string?> strategy = new("--strategy") { Description = $"One of {string.Join(", ", StrategyCatalog.Ids)}.", HelpName = "ID" };
        Option<string?> binding = new("--binding") { Description = "early: when a job becomes runnable; late: when a slot is free.", HelpName = "WHEN" };
        Option<string?> weights = new("--weights") { Description = "Where the weights of workers come from: static or learned.", HelpName = "WHERE" };
        Verb verb = ToolVerb.Create(
            "set",
            "Changes how a queue's jobs are balanced, from now on and without a restart.",
            "actorbalancer queue set default --strategy weighted-round-robin",
            [name, strategy, binding, weights],
            async (parsed, tool, stop) =>
            {
                QueueChange change = new() { Strategy = parsed.GetValue(strategy), Binding = parsed.GetValue(binding), Weights = parsed.GetValue(weights) };
                Show(tool, await tool.Client.ChangeQueueAsync(parsed.GetValue(name)!, change, stop));
                return ExitCode.Done;
            });
        verb.Validators.Add(r =>
        {
            if (r.GetValue(strategy) is null && r.GetValue(binding) is null && r.GetValue(weights) is null)
                r.AddError("Say what to change: --strategy, --binding or --weights.");
        });
        return verb;
    }

    private static Verb Order(string verb, string description, Func<BalancerClient, string, CancellationToken, Task<QueueDetails>> order)
    {
        Argument<string> name = new("QUEUE") { Description = "The queue." };
        return ToolVerb.Create(verb, description, $"actorbalancer queue {verb} default", [name], async (parsed, tool, stop) =>
        {
            Show(tool, await order(tool.Client, parsed.GetValue(name)!, stop));
            return ExitCode.Done;
        });
    }

    private static Verb Weights()
    {
        Argument<string> name = new("QUEUE") { Description = "The queue." };
        Argument<string?> from = new("WHERE") { Description = "Where they are to come from: static or learned. Left out: show them.", Arity = ArgumentArity.ZeroOrOne };
        Option<int?> limit = new("--limit") { Description = "Show so many of the newest changes, 1 to 500; 20 by default, 100 with --json.", HelpName = "N" };
        return ToolVerb.Create(
            "weights",
            "Shows the weights by which a queue's strategy divides jobs among workers, and when and why they changed; or says where they are to come from.",
            """
            actorbalancer queue weights default
            actorbalancer queue weights default learned
            """,
            [name, from, limit],
            async (parsed, tool, stop) =>
            {
                string queue = parsed.GetValue(name)!;
                if (parsed.GetValue(from) is { } where)
                {
                    Show(tool, await tool.Client.ChangeQueueAsync(queue, new QueueChange { Weights = where }, stop));
                    return ExitCode.Done;
                }
                QueueWeightDetails weights = await tool.Client.GetQueueWeightsAsync(queue, parsed.GetValue(limit) ?? (tool.Json ? null : ShownChanges), stop);
                if (tool.Json)
                    tool.Print(weights, ClientJson.Default.QueueWeightDetails);
                else
                    WeightScreen.Show(tool, weights);
                return ExitCode.Done;
            });
    }

    private static void Show(Tool tool, QueueDetails queue)
    {
        if (tool.Json)
            tool.Print(queue, ClientJson.Default.QueueDetails);
        else
            tool.Screen.Show(SheetOf([queue]));
    }

    private static Sheet SheetOf(IEnumerable<QueueDetails> queues)
    {
        Sheet sheet = new(
            "queue", "state", "strategy", "binding", Column.Number("waiting"), Column.Number("running"), Column.Number("later"), Column.Number("dead"));
        foreach (QueueDetails q in queues)
            sheet.Add(q.Name, q.State, q.Strategy, q.Binding, $"{q.Waiting}", $"{q.Running}", $"{q.Scheduled}", $"{q.Dead}");
        return sheet;
    }
}
