namespace ActorBalancer.Node.Demo;

/// <summary>
/// The files that others changed or deleted while the demo ran, such as an editor or a build beside it. Their jobs are right
/// if they gave what the file holds now, or failed because it is gone.
/// </summary>
internal sealed class AlteredFiles
{
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    public int Changed => _changed.Count;

    public int Deleted => _deleted.Count;

    /// <summary>Whether the digest, which is not that of the beginning, is the one that the file has now.</summary>
    public bool Explains(SampleFile file, string digest, CancellationToken cancellation)
    {
        if (SampleFiles.Digest(file.Path, long.MaxValue, cancellation) != digest)
            return false;
        _changed.Add(file.Path);
        return true;
    }

    /// <summary>Whether a job failed because its file is gone.</summary>
    public bool ExplainsFailure(SampleFile file)
    {
        if (File.Exists(file.Path))
            return false;
        _deleted.Add(file.Path);
        return true;
    }
}
