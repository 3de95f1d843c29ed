using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Node.Certs;
using ActorBalancer.Node.Demo;
using ActorBalancer.Node.Map;
using ActorBalancer.Node.Nodes;
using ActorBalancer.Node.Predict;
using ActorBalancer.Node.Tools;
using ActorBalancer.Node.Up;
using ActorBalancer.Storage;

namespace ActorBalancer.Node;

/// <summary>The verbs. Results go to standard output, everything else to standard error.</summary>
internal static class CommandLine
{
    /// <summary>Runs the verb that the arguments name and gives the process's exit code.</summary>
    /// <param name="args">As the shell gave them.</param>
    /// <param name="handlers">Kinds that a worker node offers beside the built-in ones.</param>
    /// <param name="around">Puts something around the store that a router node opened; null: nothing.</param>
    public static async Task<int> RunAsync(string[] args, Action<HandlerRegistry>? handlers = null, Func<IJobStore, IJobStore>? around = null)
    {
        RootCommand root = new("Distributes background jobs over worker processes.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            NodeCommand.Create(handlers, around),
            SubmitCommand.Create(),
            JobCommand.Create(),
            QueueCommand.Create(),
            WorkerCommand.Create(),
            TopCommand.Create(),
            StoreCommand.Create(),
            ConfigCommand.Create(),
            CertsCommand.Create(),
            MapCommand.Create(),
            SimulateCommand.Create(),
            PlanCommand.Create(),
            RecordCommand.Create(),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        HelpWithExample helping = new((SynchronousCommandLineAction)help.Action!);
        help.Action = helping;

        ParseResult parsed = root.Parse(args);

        // Who asks for help need not know yet what else the verb requires.
        if (parsed.GetResult(help) is not null)
            return helping.Invoke(parsed);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"Run 'actorbalancer {Path(parsed.CommandResult)}--help' for what there is.");
            return ExitCode.Usage;
        }

        // Signals are each verb's own matter: a worker drains far longer than a parser's time-out.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    /// <summary>Such as <c>job show </c>; empty for the command itself.</summary>
    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)}{result.Command.Name} " : "";
}
