namespace ActorBalancer.Strategies;

/// <summary>A strategy that can say afterwards why it chose whom it chose. It keeps nothing for that: it is shown the fleet as it was.</summary>
internal interface IExplainingStrategy
{
    /// <summary>What its scores are and which wins, in a few words.</summary>
    string ScoreRule { get; }

    /// <summary>Sets <see cref="PastPick.Scores"/> as far as they can be known, and <see cref="PastPick.WhyNot"/> of open rows that were not chosen.</summary>
    void Explain(PastPick pick);
}
