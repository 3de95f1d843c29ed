using System.Reflection;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace ActorBalancer.Benchmarks.Pick;

/// <summary>
/// YARP's load balancing policies, from its own service registrations: the pick alone. Destinations have one to three requests
/// running; YARP counts those elsewhere.
/// </summary>
public class YarpPicks
{
    private readonly ClusterState _cluster = new("pick");
    private readonly HttpContext _context = new DefaultHttpContext();
    private ILoadBalancingPolicy? _policy;
    private DestinationState[] _destinations = [];

    [Params("RoundRobin", "Random", "PowerOfTwoChoices", "LeastRequests")]
    public string Policy { get; set; } = "";

    [Params(10, 100, 1000)]
    public int Workers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddReverseProxy();
        using var services = builder.Services.BuildServiceProvider();
        _policy = services.GetServices<ILoadBalancingPolicy>().Single(policy => policy.Name == Policy);
        // The count has no public setter; the proxy's own pipeline moves it.
        var count = typeof(DestinationState).GetProperty(nameof(DestinationState.ConcurrentRequestCount), BindingFlags.Instance | BindingFlags.Public);
        _destinations = [.. Enumerable.Range(0, Workers).Select(i => new DestinationState($"d{i}"))];
        for (int i = 0; i < Workers; i++) count!.SetValue(_destinations[i], 1 + (i % 3));
    }

    [Benchmark(OperationsPerInvoke = Workload.Picks)]
    public DestinationState? Pick()
    {
        DestinationState? picked = null;
        for (int i = 0; i < Workload.Picks; i++) picked = _policy!.PickDestination(_context, _cluster, _destinations);
        return picked;
    }
}
