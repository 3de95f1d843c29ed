using System.Diagnostics;

namespace ActorBalancer.SystemTests.Deploy;

/// <summary>Programs that deployment files name: a shell, our binary by its own file.</summary>
internal static class DeployPrograms
{
    /// <summary>The executable file, as it lies in an image or under /opt.</summary>
    public static string Binary => Path.Combine(AppContext.BaseDirectory, "actorbalancer");

    public static DeployedProgram Start(string program, IEnumerable<string> arguments, params KeyValuePair<string, string>[] environment)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // Where the binary's own file finds the runtime that runs this test.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        return new DeployedProgram(start);
    }
}
