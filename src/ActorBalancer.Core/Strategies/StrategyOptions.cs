using System.Globalization;

namespace ActorBalancer.Strategies;

/// <summary>The settings of the strategies. Each strategy reads those that concern it.</summary>
public sealed record StrategyOptions
{
    /// <summary>The most draws that <see cref="Choices"/> may ask for.</summary>
    public const int MaxChoices = 16;

    /// <summary>Every setting at its default.</summary>
    public static StrategyOptions Default { get; } = new();

    /// <summary>
    /// <c>random</c>: how many different workers are drawn for a job; the least loaded of them gets it. Default 1, from 1
    /// to <see cref="MaxChoices"/>; with fewer workers, all of them are drawn.
    /// </summary>
    public int Choices { get; init; } = 1;

    /// <summary>
    /// <c>source-hash</c>: how far above its fair share of the jobs in flight a worker may be loaded before its sources
    /// go to their next choice. A factor, default 1.25, from 1 to 100.
    /// </summary>
    public double LoadFactor { get; init; } = 1.25;

    /// <summary>Everything that is wrong with the settings, one text an error; empty when they are right.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (Choices is < 1 or > MaxChoices)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"choices = {Choices}: must be from 1 to {MaxChoices}"));
        if (LoadFactor is not (>= 1 and <= 100))
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"load-factor = {LoadFactor}: must be from 1 to 100"));
        return errors;
    }
}
