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

    /// <summary>Insertions, deletions and replacements from one word to the other (Wagner and Fischer, 1974).</summary>
    private static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            above = row;
        }

        return above[b.Length];
    }
}
