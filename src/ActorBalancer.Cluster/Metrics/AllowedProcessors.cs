using System.Globalization;

namespace ActorBalancer.Cluster.Metrics;

/// <summary>The processors that a process may be scheduled on, by the line <c>Cpus_allowed_list</c> of its status (proc_pid_status(5)).</summary>
internal static class AllowedProcessors
{
    private const string Name = "Cpus_allowed_list:";

    /// <summary>Null: the text does not tell. Lists read like <c>0-3,8</c>.</summary>
    public static int? Count(string? status)
    {
        int start = status?.IndexOf(Name, StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return null;
        string line = status![(start + Name.Length)..].Split('\n', 2)[0];
        int count = 0;
        foreach (string range in line.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            if (ends.Length > 2 || !TryRead(ends[0], out int first) || !TryRead(ends[^1], out int last) || last < first)
                return null;
            count += last - first + 1;
        }
        return count > 0 ? count : null;
    }

    private static bool TryRead(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
