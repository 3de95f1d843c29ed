namespace ActorBalancer.Strategies;

/// <summary>How trees of sixteen children a node lie in one array: the leaves first, then level above level up to the root.</summary>
internal static class TreeOf16
{
    /// <summary>Where each level starts, multiples of sixteen; the last is the root's. There are room leaves at least as asked.</summary>
    public static int[] Starts(int leaves)
    {
        var starts = new List<int> { 0 };
        int slots = Math.Max(leaves, 1);
        do
        {
            int blocks = (slots + 15) / 16;
            starts.Add(starts[^1] + (blocks * 16));
            slots = blocks;
        }
        while (slots > 1);
        return [.. starts];
    }
}
