using ActorBalancer.Benchmarks.Store;
using ActorBalancer.Benchmarks.Wire;

return args switch
{
    ["store"] => await StoreBenchmark.RunAsync(),
    ["wire"] => WireBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ActorBalancer.Benchmarks store | wire");
    return 2;
}
