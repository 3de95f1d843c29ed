namespace ActorBalancer.Hosting;

/// <summary>Finds the word that somebody may have meant.</summary>
internal static class Spelling
{
    /// <summary>The closest of <paramref name="words"/>, or null when none is close: up to a third of the letters may differ.</summary>
    public static string? Closest(string word, IEnumerable<string> words)
    {
        (string? best, int distance) = words
            .Select(w => ((string?)w, Distance(word.ToLowerInvariant(), w.ToLowerInvariant())))
            .DefaultIfEmpty((null, int.MaxValue))
            .MinBy(x => x.Item2);
        return distance <= Math.Max(1, word.Length / 3) ? best : null;
    }

    /// <summary>
    /// Insertions, deletions, replacements and exchanges of neighbours from one word to the other: optimal string alignment
    /// (Boytsov, Indexing methods for approximate dictionary searching, 2011).
    /// </summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, replaced);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
