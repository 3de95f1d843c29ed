namespace ActorBalancer.Strategies;

/// <summary>One pick and the fleet as it was before it. Rows that held no worker have weight 0 and are not open.</summary>
/// <param name="rows">How many rows there are.</param>
internal sealed class PastPick(int rows)
{
    public int Rows { get; } = rows;

    /// <summary>The row that was picked; -1: none could be.</summary>
    public int Chosen { get; init; } = -1;

    /// <summary>Of the job; see <see cref="SourceHash"/>.</summary>
    public ulong Source { get; init; }

    public ulong[] Ids { get; } = new ulong[rows];

    public int[] Weights { get; } = new int[rows];

    public int[] Loads { get; } = new int[rows];

    public int[] Slots { get; } = new int[rows];

    public bool[] IsOpen { get; } = new bool[rows];

    /// <summary>What happened from this pick on until now, the newest first; this pick is the last one.</summary>
    public List<PastStep> Since { get; } = [];

    public double?[] Scores { get; } = new double?[rows];

    public string?[] WhyNot { get; } = new string?[rows];

    /// <summary>Where the least score wins: for each row with a weight.</summary>
    public void ScoreBy(Func<int, double> score, string worse)
    {
        for (int row = 0; row < Rows; row++)
        {
            if (Weights[row] > 0)
                Scores[row] = score(row);
        }
        for (int row = 0; row < Rows; row++)
        {
            if (IsOpen[row])
                WhyNot[row] = Chosen >= 0 && Scores[row] == Scores[Chosen] ? "a draw among equals" : worse;
        }
    }
}

/// <summary>A pick, or a row that changed its weight, opened or closed.</summary>
/// <param name="Row">The row that was picked or changed.</param>
/// <param name="IsPick">It was picked.</param>
/// <param name="WeightBefore">Its weight before the change; 0: it was not open.</param>
internal readonly record struct PastStep(int Row, bool IsPick, int WeightBefore);
