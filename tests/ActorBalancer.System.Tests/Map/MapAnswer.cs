using System.Text;

namespace ActorBalancer.SystemTests.Map;

/// <summary>What a map left behind.</summary>
internal sealed record MapAnswer(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The lines in an order of their own.</summary>
    public IEnumerable<string> Sorted => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
