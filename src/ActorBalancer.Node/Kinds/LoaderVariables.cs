using System.Text;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// Variables by which a submitter would have an allowed program run code of his own: those that the C library ignores in
/// programs with more rights than their caller (glibc, sysdeps/generic/unsecvars.h), and the search path.
/// </summary>
internal static class LoaderVariables
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "PATH", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MALLOC_TRACE", "NIS_PATH", "NLSPATH",
        "RESOLV_HOST_CONF", "RES_OPTIONS",
    };

    /// <param name="entries"><c>NAME=VALUE</c> or <c>NAME</c>.</param>
    /// <exception cref="FormatException">One of them is among them.</exception>
    public static void Refuse(IEnumerable<byte[]> entries)
    {
        foreach (byte[] entry in entries)
        {
            int end = entry.AsSpan().IndexOf((byte)'=');
            string name = Encoding.UTF8.GetString(end < 0 ? entry : entry.AsSpan(0, end));
            if (name.StartsWith("LD_", StringComparison.Ordinal) || Names.Contains(name))
                throw new FormatException($"env sets {name}, which is refused where worker.exec.allow names programs: it can make them run others");
        }
    }
}
