using ActorBalancer.Benchmarks.Pick;
using ActorBalancer.Benchmarks.Store;
using ActorBalancer.Benchmarks.Wire;

return args switch
{
    ["pick", .. var rest] => PickCommand.Run(rest),
    ["store"] => await StoreBenchmark.RunAsync(),
    ["wire"] => WireBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ActorBalancer.Benchmarks pick | store | wire");
    return 2;
}
