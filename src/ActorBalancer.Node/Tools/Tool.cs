using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>What a verb that talks to a node works with.</summary>
/// <param name="Client">The node.</param>
/// <param name="Json">Print JSON instead of text.</param>
/// <param name="Screen">Where results go.</param>
/// <param name="Clock">What time it is.</param>
internal sealed record Tool(BalancerClient Client, bool Json, Screen Screen, TimeProvider Clock)
{
    /// <summary>One JSON document in one line.</summary>
    public void Print<T>(T value, JsonTypeInfo<T> type) => Screen.Lines.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>A word beside the result; it does not belong to it.</summary>
    public static void Remark(string text) => Console.Error.WriteLine(Sheet.Clean(text));
}
