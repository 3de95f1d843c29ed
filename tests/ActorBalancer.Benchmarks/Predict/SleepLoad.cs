using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBalancer.Client;
using ActorBalancer.Simulator.Traffic;
using ActorBalancer.Strategies;

namespace ActorBalancer.Benchmarks.Predict;

/// <summary>Jobs that sleep for lognormal times with a coefficient of variation of 1 and arrive as a Poisson stream, each a request of its own.</summary>
internal sealed class SleepLoad(BalancerClient client, double rate, double meanMs)
{
    private const double LeastMs = 2;

    private readonly LognormalService _law = new(1);
    private Dice _dice = new(20_26);

    public async Task RunAsync(CancellationToken stop)
    {
        List<Task> requests = [];
        long start = Stopwatch.GetTimestamp();
        for (double at = 0; !stop.IsCancellationRequested; at += Draws.Exponential(ref _dice) / rate)
        {
            TimeSpan wait = TimeSpan.FromSeconds(at) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, CancellationToken.None);
            requests.Add(SubmitAsync(Math.Max(LeastMs, _law.Draw(ref _dice) * meanMs)));
            requests.RemoveAll(r => r.IsCompletedSuccessfully);
        }
        await Task.WhenAll(requests);
    }

    private Task<SubmittedJob> SubmitAsync(double ms) => client.SubmitAsync(new JobSubmission
    {
        Kind = "sleep",
        Payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"ms":{{Math.Round(ms)}}}""")),
    });
}
