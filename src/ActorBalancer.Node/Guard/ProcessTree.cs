using System.Globalization;

namespace ActorBalancer.Node.Guard;

/// <summary>What <c>/proc</c> says of processes and their parents.</summary>
internal static class ProcessTree
{
    /// <summary>Whether this process has a child beside these; cheap, since it is asked after every command.</summary>
    public static bool HasChildBeside(IReadOnlyCollection<int> known)
    {
        int self = Environment.ProcessId;
        try
        {
            // Orphans get the main thread as their parent, and commands are started by it.
            ReadOnlySpan<char> children = File.ReadAllText($"/proc/{self}/task/{self}/children");
            int count = 0;
            foreach (Range _ in children.Trim().Split(' '))
                count++;
            return (children.IsWhiteSpace() ? 0 : count) > known.Count;
        }
        catch (IOException)
        {
            // A kernel without that file: the whole table is read instead.
            return true;
        }
    }

    /// <summary>Everything below this process, at whatever depth and in whatever session, that has not ended.</summary>
    public static List<ProcessRow> Descendants(int of)
    {
        ILookup<int, ProcessRow> byParent = Rows().ToLookup(r => r.Parent);
        List<ProcessRow> found = [.. byParent[of]];
        for (int i = 0; i < found.Count; i++)
            found.AddRange(byParent[found[i].Process]);
        return [.. found.Where(r => !r.Ended)];
    }

    /// <summary>The children of a process, ended ones among them.</summary>
    public static List<ProcessRow> Children(int of) => [.. Rows().Where(r => r.Parent == of)];

    public static int SessionOf(int process) => Row(process)?.Session ?? 0;

    /// <summary>Whether the process was started with this <c>NAME=VALUE</c> in its environment.</summary>
    public static bool HasVariable(int process, ReadOnlySpan<byte> variable)
    {
        try
        {
            foreach (byte[] entry in ProcessEnvironment.Read($"/proc/{process}/environ"))
            {
                if (variable.SequenceEqual(entry))
                    return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is somebody else's by now.
        }
        return false;
    }

    private static IEnumerable<ProcessRow> Rows()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int process) && Row(process) is { } row)
                yield return row;
        }
    }

    private static ProcessRow? Row(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");

            // "pid (name) state parent group session ...": the name may hold blanks and brackets, hence the last one.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 5);
            return new ProcessRow(process, Number(fields[1]), Number(fields[3]), fields[0] is "Z" or "X");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we read.
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
