using ActorBalancer.Node;

namespace ActorBalancer.SystemTests.Tools;

public sealed class HelpTests
{
    [Theory]
    [InlineData("up")]
    [InlineData("submit")]
    [InlineData("job")]
    [InlineData("job", "show")]
    [InlineData("job", "list")]
    [InlineData("job", "retry")]
    [InlineData("job", "cancel")]
    [InlineData("queue")]
    [InlineData("queue", "list")]
    [InlineData("queue", "set")]
    [InlineData("queue", "pause")]
    [InlineData("queue", "resume")]
    [InlineData("queue", "weights")]
    [InlineData("worker")]
    [InlineData("worker", "list")]
    [InlineData("worker", "drain")]
    [InlineData("worker", "undrain")]
    [InlineData("top")]
    [InlineData("simulate")]
    [InlineData("plan")]
    [InlineData("record")]
    [InlineData("store")]
    [InlineData("store", "migrate")]
    [InlineData("store", "check")]
    [InlineData("store", "stats")]
    [InlineData("config")]
    [InlineData("config", "check")]
    [InlineData("config", "show")]
    public async Task Help_of_every_verb_ends_with_an_example_of_it(params string[] verb)
    {
        TextWriter before = Console.Out;
        StringWriter help = new();
        Console.SetOut(help);
        try
        {
            Assert.Equal(0, await CommandLine.RunAsync([.. verb, "--help"]));
        }
        finally
        {
            Console.SetOut(before);
        }
        string text = help.ToString();
        Assert.Contains($"actorbalancer {string.Join(' ', verb)}", text[text.IndexOf("Example:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }
}
