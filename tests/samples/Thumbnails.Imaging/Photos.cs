using System.Collections.Concurrent;

namespace Thumbnails;

/// <summary>
/// A folder of albums, each a folder of PNG files, which every process reads; and the pictures that this process has unpacked. That is why jobs carry
/// their album as source: the worker that made one thumbnail of a picture makes the next one without unpacking it again.
/// </summary>
public sealed class Photos(string folder)
{
    private const int MostPictures = 100;
    private readonly ConcurrentDictionary<string, Picture> _unpacked = new(StringComparer.Ordinal);

    /// <summary>The names of an album's pictures; null: there is no such album.</summary>
    public string[]? Album(string album) => IsName(album) && Directory.Exists(Path.Combine(folder, album))
        ? [.. Directory.GetFiles(Path.Combine(folder, album), "*.png").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
        : null;

    /// <summary>A picture, and whether it was in memory already.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public async Task<(Picture Picture, bool WasThere)> ReadAsync(string album, string photo, CancellationToken cancellation)
    {
        string file = Path.Combine(folder, album, photo + ".png");
        if (!IsName(album) || !IsName(photo) || !File.Exists(file))
            throw new FileNotFoundException($"There is no picture {photo} in the album {album}.");
        if (_unpacked.TryGetValue(file, out Picture? there))
            return (there, true);
        Picture picture = Png.Read(await File.ReadAllBytesAsync(file, cancellation));
        if (_unpacked.Count >= MostPictures)
            _unpacked.Clear();
        _unpacked[file] = picture;
        return (picture, false);
    }

    private static bool IsName(string name) => name.Length > 0 && !name.StartsWith('.') && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && Path.GetFileName(name) == name;
}
