using System.Globalization;
using System.Text;
using ActorBalancer.Benchmarks.Dispatch;

namespace ActorBalancer.Benchmarks.Durable;

/// <summary>
/// The jobs of peers, which store text: 100 characters that follow from the job's number, and a checksum that the handler computes. Small
/// enough to be written down once more in graphile.js.
/// </summary>
internal static class PeerPayload
{
    public static string Of(int number)
    {
        StringBuilder text = new(Payloads.Size);
        uint x = (uint)number;
        while (text.Length < Payloads.Size)
        {
            x = unchecked(x * 1664525 + 1013904223);
            text.Append(CultureInfo.InvariantCulture, $"{x:x8}");
        }
        return text.ToString(0, Payloads.Size);
    }

    /// <summary>FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/.</summary>
    public static uint Checksum(string text)
    {
        uint hash = 0x811c9dc5;
        foreach (char c in text)
            hash = unchecked((hash ^ c) * 16777619);
        return hash;
    }

    /// <summary>What the checksums of so many jobs add up to if each runs once.</summary>
    public static uint Sum(int jobs)
    {
        uint sum = 0;
        for (int i = 0; i < jobs; i++)
            sum = unchecked(sum + Checksum(Of(i)));
        return sum;
    }
}
