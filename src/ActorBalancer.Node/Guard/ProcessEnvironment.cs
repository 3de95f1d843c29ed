using System.Text;

namespace ActorBalancer.Node.Guard;

/// <summary>Environments as bytes: .NET's own lists lose what is no UTF-8.</summary>
internal static class ProcessEnvironment
{
    // Settings of a node, passwords among them, are no command's business.
    private static readonly byte[] Ours = Encoding.ASCII.GetBytes(Hosting.EnvironmentNames.Prefix);

    /// <summary>This process's own, as it was started, without our settings.</summary>
    public static Dictionary<string, byte[]> Own() =>
        Over([], Read("/proc/self/environ").Where(e => e.Contains((byte)'=') && !e.AsSpan().StartsWith(Ours)));

    /// <summary>A copy with entries laid over it: <c>NAME=VALUE</c> sets, <c>NAME</c> removes.</summary>
    public static Dictionary<string, byte[]> Over(Dictionary<string, byte[]> below, IEnumerable<byte[]> entries)
    {
        Dictionary<string, byte[]> variables = new(below, StringComparer.Ordinal);
        foreach (byte[] entry in entries)
        {
            int end = entry.AsSpan().IndexOf((byte)'=');
            // One character a byte, so that any bytes are a name.
            string name = Encoding.Latin1.GetString(end < 0 ? entry : entry.AsSpan(0, end));
            if (end < 0)
                variables.Remove(name);
            else
                variables[name] = entry;
        }
        return variables;
    }

    /// <summary>The entries of a process's environment.</summary>
    public static IEnumerable<byte[]> Read(string file) => Split(File.ReadAllBytes(file)).Where(e => e.Length > 0);

    /// <summary>What stands between zero bytes.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> bytes)
    {
        List<byte[]> parts = [];
        foreach (Range range in bytes.Split((byte)0))
            parts.Add(bytes[range].ToArray());
        return parts;
    }
}
