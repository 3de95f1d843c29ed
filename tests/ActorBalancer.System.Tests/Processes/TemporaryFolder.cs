namespace ActorBalancer.SystemTests.Processes;

/// <summary>A folder of its own for one test, gone with it. Its path has a space.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("actor balancer ").FullName;

    public string Make(string name) => Directory.CreateDirectory(Path.Combine(FullPath, name)).FullName;

    public string Write(string name, string text)
    {
        string file = Path.Combine(FullPath, name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
