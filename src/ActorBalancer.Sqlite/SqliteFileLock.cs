namespace ActorBalancer.Storage.Sqlite;

/// <summary>
/// Held on a file beside the database for as long as the process uses it, so that a second process is refused. The system lets go of
/// it when the process ends, however it ends.
/// </summary>
internal sealed class SqliteFileLock : IDisposable
{
    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <summary>Null: somebody else holds it.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be made.</exception>
    public static SqliteFileLock? TryTake(string database)
    {
        string path = database + ".lock";
        try
        {
            return new SqliteFileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnavailableException($"The file {path} cannot be written: {e.Message}", e);
        }
        catch (IOException e) when (IsTaken(e))
        {
            return null;
        }
        catch (IOException e)
        {
            throw new StoreUnavailableException($"The file {path} cannot be written: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();

    // The same words for a lock that is held, by system: Unix EWOULDBLOCK (11; 35 on macOS), Windows sharing and lock violation.
    private static bool IsTaken(IOException e) => e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
        && (e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021));
}
