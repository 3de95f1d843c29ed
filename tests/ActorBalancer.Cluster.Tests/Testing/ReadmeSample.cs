using ActorBalancer.Testing;

namespace ActorBalancer.Cluster.Tests.Testing;

/// <summary>The example in the package's README, compiled and run.</summary>
public sealed class ReadmeSample
{
    [Fact]
    public async Task Example_of_the_readme_holds()
    {
        // sample: a test of an application
        using TestBalancer balancer = new(b => b
            .AddHandler("invoice", (Order order, JobContext job) =>
            {
                job.Submit("mail", order.Customer, o => o.Delay = TimeSpan.FromDays(1));
                return JobOutcome.OkWith(order.Number);
            })
            .AddHandler("mail", (string to) => JobOutcome.Ok));
        balancer.FailNext("invoice", new TimeoutException("the tax office does not answer"), times: 2);

        JobId id = await balancer.SubmitAsync("invoice", new Order(7, "ada@example.org"), o => o.Source = "ada");
        await balancer.RunToEndAsync();

        Assert.Equal(3, (await balancer.GetAsync(id))!.Attempt);
        Assert.Equal(TimeSpan.FromDays(1), balancer.AssertSubmitted("mail").Delay);
        // end
        Assert.Equal(7, (await balancer.WaitAsync(id)).Read<int>());
    }

    [Fact]
    public void Readme_shows_that_example()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "ActorBalancer.sln")))
            root = Path.GetDirectoryName(root)!;
        string sample = File.ReadAllText(Path.Combine(root, "tests", "ActorBalancer.Cluster.Tests", "Testing", "ReadmeSample.cs"));
        string[] lines = Lines(sample[sample.IndexOf("// sample", StringComparison.Ordinal)..sample.IndexOf("// end", StringComparison.Ordinal)])[1..];
        string[] readme = Lines(File.ReadAllText(Path.Combine(root, "src", "ActorBalancer.TestKit", "README.md")));
        Assert.InRange(lines.Length, 1, 15);
        Assert.Contains(Enumerable.Range(0, readme.Length - lines.Length + 1), at => readme.AsSpan(at, lines.Length).SequenceEqual(lines));

        static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
    }

    private sealed record Order(int Number, string Customer);
}
