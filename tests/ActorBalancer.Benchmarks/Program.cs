using ActorBalancer.Benchmarks.Adapt;
using ActorBalancer.Benchmarks.Backlog;
using ActorBalancer.Benchmarks.Dispatch;
using ActorBalancer.Benchmarks.Durable;
using ActorBalancer.Benchmarks.Gates;
using ActorBalancer.Benchmarks.Pick;
using ActorBalancer.Benchmarks.Predict;
using ActorBalancer.Benchmarks.Router;
using ActorBalancer.Benchmarks.Routers;
using ActorBalancer.Benchmarks.Schedules;
using ActorBalancer.Benchmarks.Simulate;
using ActorBalancer.Benchmarks.Store;
using ActorBalancer.Benchmarks.Wire;

return args switch
{
    ["adapt", .. var rest] => await AdaptCommand.RunAsync(rest),
    [AdaptWorker.Verb, var name, var seed, var turns] => await AdaptWorker.RunAsync(name, seed, turns),
    ["meters", .. var rest] => await MetersCommand.RunAsync(rest),
    ["dispatch", .. var rest] => await DispatchCommand.RunAsync(rest),
    ["durable", .. var rest] => await DurableCommand.RunAsync(rest),
    [WorkerProcess.Verb, var name, var seed] => await WorkerProcess.RunAsync(name, seed, null),
    [WorkerProcess.Verb, var name, var seed, var starts] => await WorkerProcess.RunAsync(name, seed, starts),
    ["backlog", .. var rest] => await BacklogCommand.RunAsync(rest),
    ["gates", .. var rest] => GatesCommand.Run(rest),
    ["pick", .. var rest] => PickCommand.Run(rest),
    ["predict", .. var rest] => await PredictCommand.RunAsync(rest),
    ["router"] => RouterCommand.Run(),
    ["routers", .. var rest] => await RoutersCommand.RunAsync(rest),
    ["schedules", .. var rest] => ScheduleCommand.Run(rest),
    ["simulate", .. var rest] => SimulateCommand.Run(rest),
    ["store"] => await StoreBenchmark.RunAsync(),
    ["store", "--store", ("sqlite" or "postgres") and var store, .. var rest] => await DurableStoreBenchmark.RunAsync(store, rest),
    ["wire"] => WireBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ActorBalancer.Benchmarks adapt [--sides STRATEGY:static|learned,...] [--slow quota|speed] [--rate JOBS] [--pace FACTOR] [--json] | backlog [--store sqlite|postgres] [--jobs N] | dispatch | durable --store sqlite|postgres | meters [--json] | gates [--jobs N] [--replications N] | pick | predict [--strategy NAMES] [--seconds N] | router | routers [--rounds N] | schedules [--count N] [--seed S] [--log] | simulate | store [--store sqlite|postgres [--jobs N] [--connection TEXT]] | wire");
    return 2;
}
