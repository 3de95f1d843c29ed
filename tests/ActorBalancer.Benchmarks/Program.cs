using ActorBalancer.Benchmarks.Store;

return args switch
{
    ["store"] => await StoreBenchmark.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ActorBalancer.Benchmarks store");
    return 2;
}
