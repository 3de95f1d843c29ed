using System.Security.Cryptography;
using ActorBalancer.Cluster.Kinds;

namespace ActorBalancer.Node.Demo;

/// <summary>Collects the files that the demo's jobs read, and says what is right about them.</summary>
internal static class SampleFiles
{
    public const int Most = 500;

    private static readonly HashSet<string> NotWorthReading = new(StringComparer.Ordinal) { ".git", "bin", "obj" };

    /// <summary>The checkout that this build came from; the current folder where there is none.</summary>
    public static string DefaultFolder()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ActorBalancer.sln")))
                return folder;
        }
        return Directory.GetCurrentDirectory();
    }

    /// <summary>
    /// The first <see cref="Most"/> regular files below <paramref name="folder"/> in order of their names, each read and
    /// hashed. What cannot be read is left out; links are not followed.
    /// </summary>
    public static IReadOnlyList<SampleFile> Collect(string folder, CancellationToken cancellation)
    {
        List<string> paths = [];
        Walk(folder, paths, cancellation);
        List<SampleFile> files = [];
        foreach (string path in paths.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (files.Count == Most)
                break;
            if (RegularFile.Is(path) && Digest(path) is { } digest)
                files.Add(new SampleFile(path, Path.GetRelativePath(folder, path), digest));
        }
        return files;
    }

    /// <summary>The SHA-256 of a file as it is now; null if it cannot be read.</summary>
    public static string? Digest(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Walk(string folder, List<string> paths, CancellationToken cancellation)
    {
        EnumerationOptions all = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", all))
        {
            cancellation.ThrowIfCancellationRequested();
            if (NotWorthReading.Contains(entry.Name))
                continue;
            if (entry is DirectoryInfo)
                Walk(entry.FullName, paths, cancellation);
            else
                paths.Add(entry.FullName);
        }
    }
}
