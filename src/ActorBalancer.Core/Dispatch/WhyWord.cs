using ActorBalancer.Strategies;

namespace ActorBalancer.Dispatch;

/// <summary>Why a job went to its worker, in the word that is stored with its attempt, as a byte in memory.</summary>
internal static class WhyWord
{
    /// <summary>Sent by an earlier incarnation, which knew.</summary>
    public const byte Unknown = 0;

    /// <summary>A worker died under it, so that it went alone to one without another such job (rule 10); no strategy was asked.</summary>
    public const byte Crashed = 255;

    public const string CrashedText = "crashed-before";

    public static byte Of(string strategy)
    {
        for (int i = 0; i < StrategyCatalog.Ids.Count; i++)
        {
            if (StrategyCatalog.Ids[i] == strategy)
                return (byte)(i + 1);
        }
        return Unknown;
    }

    public static string Text(byte word, QueueState queue) =>
        word switch { Unknown => queue.Strategy, Crashed => CrashedText, _ => StrategyCatalog.Ids[word - 1] };
}
