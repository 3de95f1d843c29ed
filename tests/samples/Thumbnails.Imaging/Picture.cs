namespace Thumbnails;

/// <summary>A picture in memory: four bytes a pixel (red, green, blue, opacity), row by row.</summary>
public sealed record Picture(int Width, int Height, byte[] Pixels)
{
    /// <summary>Fits it into a square; each pixel is the mean of those that it stands for. A smaller picture stays as it is.</summary>
    public Picture Shrink(int side)
    {
        int longer = Math.Max(Width, Height);
        if (longer <= side)
            return this;
        int width = Math.Max(1, Width * side / longer), height = Math.Max(1, Height * side / longer);
        byte[] pixels = new byte[width * height * 4];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                Mean(x * Width / width, y * Height / height, (x + 1) * Width / width, (y + 1) * Height / height, pixels.AsSpan(((y * width) + x) * 4, 4));
        }
        return new Picture(width, height, pixels);
    }

    private void Mean(int left, int top, int right, int bottom, Span<byte> pixel)
    {
        int count = (right - left) * (bottom - top);
        for (int channel = 0; channel < 4; channel++)
        {
            int sum = 0;
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++)
                    sum += Pixels[(((y * Width) + x) * 4) + channel];
            }
            pixel[channel] = (byte)(sum / count);
        }
    }
}
