using System.Security.Cryptography;
using ActorBalancer.Cluster.Kinds;

namespace ActorBalancer.Node.Demo;

/// <summary>Collects the files that the demo's jobs read, and says what is right about them.</summary>
internal static class SampleFiles
{
    public const int Most = 500;

    /// <summary>Bytes of the largest file that is read.</summary>
    public const long MostBytes = 64 << 20;

    private const int BufferSize = 128 << 10;

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
    /// hashed. What cannot be read or is above <see cref="MostBytes"/> is left out; links are not followed.
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
            if (RegularFile.Is(path) && Digest(path, MostBytes, cancellation) is { } digest)
                files.Add(new SampleFile(path, Path.GetRelativePath(folder, path), digest));
        }
        return files;
    }

    /// <summary>The SHA-256 of a file as it is now; null if it cannot be read, or has more than <paramref name="most"/> bytes.</summary>
    public static string? Digest(string path, long most, CancellationToken cancellation)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
            if (stream.Length > most)
                return null;
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[BufferSize];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                // What grows under the reader, or does not tell its length, is bounded as well.
                if ((most -= read) < 0)
                    return null;
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A folder that vanishes meanwhile ends its own list only.</summary>
    private static void Walk(string folder, List<string> paths, CancellationToken cancellation)
    {
        EnumerationOptions all = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        try
        {
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What it had until then is enough for the demo.
        }
    }
}
