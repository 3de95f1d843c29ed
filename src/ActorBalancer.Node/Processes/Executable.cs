using System.Diagnostics;

namespace ActorBalancer.Node.Processes;

/// <summary>Finds out how an executable of ours is started from here.</summary>
internal static class Executable
{
    /// <summary>Starts <paramref name="assembly"/>: by its own file if this process was, else through <c>dotnet</c>.</summary>
    public static ProcessStartInfo Of(string assembly)
    {
        string? host = Environment.ProcessPath;
        if (host is not null && Path.GetFileNameWithoutExtension(host) == Path.GetFileNameWithoutExtension(assembly))
            return new ProcessStartInfo(host) { UseShellExecute = false };
        return new ProcessStartInfo(Dotnet(host), ["exec", assembly]) { UseShellExecute = false };
    }

    private static string Dotnet(string? host)
    {
        string file = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(host) == file)
            return host!;

        // DOTNET/shared/Microsoft.NETCore.App/VERSION/System.Private.CoreLib.dll: the runtime lies below its host.
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string above = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", file));
        return File.Exists(above) ? above : file;
    }
}
