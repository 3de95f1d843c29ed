using System.Text;
using ActorBalancer.Node.Guard;

namespace ActorBalancer.Node.Map;

/// <summary>The last arguments of this process as the shell gave them: .NET's own lose what is no UTF-8.</summary>
internal static class RawArguments
{
    public static IReadOnlyList<byte[]> Last(IReadOnlyList<string> arguments)
    {
        byte[][] known = [.. arguments.Select(Encoding.UTF8.GetBytes)];
        if (!OperatingSystem.IsLinux())
            return known;
        List<byte[]> all = ProcessEnvironment.Split(File.ReadAllBytes("/proc/self/cmdline"));
        // Each ends with a zero byte, so that an empty one stands behind the last.
        IEnumerable<byte[]> last = all.SkipLast(1).TakeLast(known.Length);
        return last.Select(Encoding.UTF8.GetString).SequenceEqual(arguments) ? [.. last] : known;
    }
}
