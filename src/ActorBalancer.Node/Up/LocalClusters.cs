using System.Text.Json;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Up;

/// <summary>
/// Word of the clusters that run on this machine for this user: a small file for each, named after the process of its <c>up</c>,
/// so that several never write the same one. A file whose process is gone counts for nothing.
/// </summary>
internal static class LocalClusters
{
    private const string Prefix = "up-";

    /// <summary>The one that was ready last; null: none runs.</summary>
    public static LocalCluster? Newest() => Folders().SelectMany(Read).Where(Lives).MaxBy(c => c.Since);

    /// <summary>Leaves word; what earlier ones could not take back is cleared away.</summary>
    /// <returns>The file to <see cref="Withdraw"/>; null where there is no folder to write to.</returns>
    public static string? Announce(LocalCluster cluster)
    {
        foreach (string folder in Folders())
        {
            try
            {
                MakePrivate(folder);
                if (!IsOurs(folder))
                    continue;
                foreach (string old in Directory.EnumerateFiles(folder, $"{Prefix}*.json").Where(f => Parse(f) is not { } c || !Lives(c)))
                    Withdraw(old);
                string file = Path.Combine(folder, $"{Prefix}{cluster.Pid}.json");
                string fresh = $"{file}.{cluster.Started}.new";
                File.WriteAllText(fresh, JsonSerializer.Serialize(cluster, NodeJson.Default.LocalCluster));

                // Whole or not at all, for whoever reads meanwhile.
                File.Move(fresh, file, overwrite: true);
                return file;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next folder may do.
            }
        }
        return null;
    }

    public static void Withdraw(string? file)
    {
        try
        {
            if (file is not null)
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its process is gone soon, and then it counts for nothing.
        }
    }

    /// <summary>From the best to the last resort; more than one, since the first may be named and not be there.</summary>
    private static IEnumerable<string> Folders()
    {
        string? home = Environment.GetEnvironmentVariable("HOME") ?? Environment.GetEnvironmentVariable("USERPROFILE");
        string?[] parents =
        [
            Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"),
            Environment.GetEnvironmentVariable("XDG_STATE_HOME"),
            string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".local", "state"),
        ];
        return parents.Where(p => Path.IsPathRooted(p)).Select(p => Path.Combine(p!, "actorbalancer"));
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Whether nobody else can put a word there, which would send our tools to their cluster. Only its owner may set a folder's
    /// mode, be it to what it is; the superuser may set every one.
    /// </summary>
    private static bool IsOurs(string folder)
    {
        if (OperatingSystem.IsWindows())
            return true;
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(folder);
            File.SetUnixFileMode(folder, mode);
            return (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<LocalCluster> Read(string folder)
    {
        string[] files;
        try
        {
            if (!IsOurs(folder))
                return [];
            files = Directory.GetFiles(folder, $"{Prefix}*.json");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        return files.Select(Parse).OfType<LocalCluster>();
    }

    private static LocalCluster? Parse(string file)
    {
        try
        {
            LocalCluster? cluster = JsonSerializer.Deserialize(File.ReadAllText(file), NodeJson.Default.LocalCluster);
            return Uri.TryCreate(cluster?.Http, UriKind.Absolute, out _) ? cluster : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool Lives(LocalCluster cluster) => CurrentProcess.StartOf(cluster.Pid) == cluster.Started;
}
