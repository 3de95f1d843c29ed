using System.Text;
using ActorBalancer.Node.Guard;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// <c>worker.exec.allow</c>: names stand for what the worker's PATH finds, paths for themselves. Links of folders are followed
/// before two paths are compared (<c>/bin</c> is <c>/usr/bin</c>); a link that is itself the program is not, since one file under
/// many names does something else under each.
/// </summary>
internal sealed class AllowedPrograms(IReadOnlyList<string> allow, string? searchPath)
{
    private const byte Slash = (byte)'/';

    private readonly byte[][] _folders = [.. (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Every program is allowed.</summary>
    public bool All { get; } = allow.Contains("*");

    /// <summary>The absolute path of what a command names.</summary>
    /// <param name="name">The first of its arguments.</param>
    /// <param name="problem">Why there is none.</param>
    public byte[]? Resolve(byte[] name, out string? problem)
    {
        string shown = Encoding.UTF8.GetString(name);
        byte[]? path = Find(name);
        problem = path is null ? $"there is no program '{shown}' on this worker" : null;
        if (path is not null && !All && !IsAllowed(path))
            (path, problem) = (null, $"'{shown}' is not allowed on this worker; worker.exec.allow there lists what is");
        return path;
    }

    // Asked every time: what a name stands for may be installed or replaced while the worker runs.
    private bool IsAllowed(byte[] path)
    {
        foreach (string entry in allow)
        {
            if (Find(Encoding.UTF8.GetBytes(entry)) is { } allowed && allowed.AsSpan().SequenceEqual(path))
                return true;
        }
        return false;
    }

    private byte[]? Find(byte[] name)
    {
        if (name.Contains(Slash))
            return name[0] == Slash && IsProgram(name) ? Plain(name) : null;
        if (name.Length == 0)
            return null;
        foreach (byte[] folder in _folders)
        {
            byte[] path = [.. folder, Slash, .. name];
            if (folder[0] == Slash && IsProgram(path))
                return Plain(path);
        }
        return null;
    }

    /// <summary>Folders are executable too.</summary>
    private static bool IsProgram(byte[] path) => Libc.IsExecutable(path) && !Directory.Exists(Encoding.UTF8.GetString(path));

    private static byte[]? Plain(byte[] path)
    {
        int end = path.AsSpan().LastIndexOf(Slash);
        byte[]? folder = Libc.RealPath(path[..Math.Max(1, end)]);
        return folder is null ? null : folder is [Slash] ? [.. folder, .. path[(end + 1)..]] : [.. folder, .. path[end..]];
    }
}
