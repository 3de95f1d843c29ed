using System.Text.Json;
using ActorBalancer.AspNetCore.Reading;
using ActorBalancer.Strategies;

namespace ActorBalancer.AspNetCore.Queues;

/// <summary>What a PATCH asks of a queue; checked as a whole before anything changes.</summary>
internal sealed class QueueChange
{
    public string? Strategy { get; private set; }

    public Binding? Binding { get; private set; }

    public WeightSource? Weights { get; private set; }

    /// <summary>Null, or what is wrong with it.</summary>
    public string? Read(ReadOnlySpan<byte> text)
    {
        if (StrictJson.Fault(text) is { } fault)
            return fault;
        HashSet<string> seen = [];
        Utf8JsonReader reader = new(text, StrictJson.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (!seen.Add(name))
                return $"'{name}' stands there twice: leave one out.";
            string? value = null;
            fault = name switch
            {
                "strategy" or "binding" or "weights" => JsonMember.Text(name, ref reader, v => value = v) ?? Set(name, value!),
                _ => "A queue's strategy, binding and weights can be changed, and nothing else.",
            };
            if (fault is not null)
                return fault;
        }
        return seen.Count == 0 ? "There is nothing to change: name a strategy, a binding or weights." : null;
    }

    private string? Set(string name, string value)
    {
        switch (name)
        {
            case "strategy":
                Strategy = value;
                return StrategyCatalog.TryGet(value, out _) ? null : $"'strategy' must be one of {string.Join(", ", StrategyCatalog.Ids)}.";
            case "binding":
                bool isBinding = Words.TryBinding(value, out Binding binding);
                Binding = binding;
                return isBinding ? null : "'binding' must be early or late.";
            default:
                bool isSource = Words.TryWeights(value, out WeightSource weights);
                Weights = weights;
                return isSource ? null : "'weights' must be static or learned.";
        }
    }
}
