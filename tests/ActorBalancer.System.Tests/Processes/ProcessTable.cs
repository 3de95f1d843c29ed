using System.Globalization;

namespace ActorBalancer.SystemTests.Processes;

/// <summary>What /proc says of processes. One that is dead but not yet reaped counts as gone.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<int> ChildrenOf(int parent)
    {
        List<int> children = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && Stat(process) is [not "Z", var parentOf, ..]
                && parentOf == parent.ToString(CultureInfo.InvariantCulture))
            {
                children.Add(process);
            }
        }
        return children;
    }

    public static bool Lives(int process) => Stat(process) is [not ("Z" or "X"), ..];

    /// <summary>State, parent and what follows; null where there is no such process.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
