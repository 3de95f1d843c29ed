using System.Text;
using System.Text.Json;

namespace ActorBalancer.Node.Tools;

/// <summary>A payload from the command line or standard input, found to be JSON before it is sent.</summary>
/// <param name="Json">Its bytes, as they were given.</param>
/// <param name="Problem">What is wrong with it, in a sentence; null: nothing.</param>
internal sealed record PayloadText(ReadOnlyMemory<byte> Json, string? Problem)
{
    // What one more than the API allows means is the API's to say; this one only keeps a wrong file out of the memory.
    private const int Most = 64 << 20;

    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <param name="text">As on the command line.</param>
    public static PayloadText Read(string? text)
    {
        byte[] json = text == "-" ? FromInput() : Encoding.UTF8.GetBytes(text ?? "{}");
        string? problem = json.Length > Most ? $"it has more than {Most >> 20} MiB" : ProblemOf(json);
        return new PayloadText(json, problem is null ? null : $"The payload is not JSON: {problem}. Text needs quotes of its own, such as '\"text\"'.");
    }

    private static byte[] FromInput()
    {
        using Stream input = Console.OpenStandardInput();
        using MemoryStream text = new();
        byte[] buffer = new byte[64 << 10];
        while (text.Length <= Most && input.Read(buffer) is > 0 and int read)
            text.Write(buffer.AsSpan(0, read));
        return text.ToArray();
    }

    private static string? ProblemOf(byte[] json)
    {
        try
        {
            Utf8JsonReader reader = new(json, AnyDepth);
            while (reader.Read())
            {
                // Only whether it can be read matters.
            }
            return null;
        }
        catch (JsonException e)
        {
            int end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            return (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
        }
    }
}
