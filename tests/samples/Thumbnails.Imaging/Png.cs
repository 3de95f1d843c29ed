using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Thumbnails;

/// <summary>Reads and writes PNG: 8 bits a channel, not interlaced, which is what cameras' and browsers' tools write.</summary>
public static class Png
{
    private const int MaxPixels = 40_000_000;
    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <exception cref="InvalidDataException">It is no PNG, or one of another form.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(s_signature))
            throw new InvalidDataException("This is no PNG.");
        (int width, int height, int colour) = (0, 0, -1);
        ReadOnlySpan<byte> palette = [];
        using MemoryStream packed = new();
        for (int at = 8; at + 12 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            if (length < 0 || length > file.Length - at - 12)
                throw new InvalidDataException("The PNG is cut short.");
            ReadOnlySpan<byte> data = file.Slice(at + 8, length);
            switch (Encoding.ASCII.GetString(file.Slice(at + 4, 4)))
            {
                case "IHDR" when length == 13:
                    (width, height, colour) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[9]);
                    if (data[8] != 8 || data[12] != 0 || width <= 0 || height <= 0 || (long)width * height > MaxPixels)
                        throw new InvalidDataException("Only PNGs of 8 bits a channel, not interlaced, of up to 40 megapixels are read here.");
                    break;
                case "PLTE": palette = data; break;
                case "IDAT": packed.Write(data); break;
            }
            at += 12 + length;
        }
        int channels = colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => throw new InvalidDataException("The PNG has no header that is known here.") };
        byte[] rows = new byte[height * (1 + (width * channels))];
        packed.Position = 0;
        using (ZLibStream zlib = new(packed, CompressionMode.Decompress))
            zlib.ReadExactly(rows);
        Unfilter(rows, width * channels, channels);
        return new Picture(width, height, Expand(rows, width, height, channels, colour, palette));
    }

    /// <summary>With all four channels.</summary>
    public static byte[] Write(Picture picture)
    {
        using MemoryStream file = new(), packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < picture.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(picture.Pixels.AsSpan(y * picture.Width * 4, picture.Width * 4));
            }
        }
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        (header[8], header[9]) = (8, 6);
        file.Write(s_signature);
        WriteChunk(file, "IHDR", header);
        WriteChunk(file, "IDAT", packed.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, string type, byte[] data)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
        file.Write(number);
    }

    /// <summary>Each row is stored as differences from its neighbours (PNG specification, section 9).</summary>
    private static void Unfilter(byte[] rows, int rowBytes, int channels)
    {
        for (int start = 0; start < rows.Length; start += rowBytes + 1)
        {
            int filter = rows[start];
            for (int i = 1; i <= rowBytes; i++)
            {
                int left = i > channels ? rows[start + i - channels] : 0;
                int up = start > 0 ? rows[start + i - rowBytes - 1] : 0;
                int corner = start > 0 && i > channels ? rows[start + i - rowBytes - 1 - channels] : 0;
                rows[start + i] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Nearest(left, up, corner),
                    _ => throw new InvalidDataException("The PNG has a filter that there is not."),
                });
            }
        }
    }

    private static int Nearest(int left, int up, int corner)
    {
        int guess = left + up - corner;
        (int a, int b, int c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static byte[] Expand(byte[] rows, int width, int height, int channels, int colour, ReadOnlySpan<byte> palette)
    {
        byte[] pixels = new byte[width * height * 4];
        for (int y = 0, to = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, to += 4)
            {
                ReadOnlySpan<byte> from = rows.AsSpan((y * (1 + (width * channels))) + 1 + (x * channels), channels);
                if (colour == 3 && (from[0] * 3) + 3 > palette.Length)
                    throw new InvalidDataException("The PNG names a colour that its palette lacks.");
                ReadOnlySpan<byte> rgb = colour switch { 3 => palette.Slice(from[0] * 3, 3), 0 or 4 => [from[0], from[0], from[0]], _ => from[..3] };
                rgb.CopyTo(pixels.AsSpan(to));
                pixels[to + 3] = channels is 2 or 4 ? from[^1] : (byte)255;
            }
        }
        return pixels;
    }
}
