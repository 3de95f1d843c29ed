using System.Text.Json.Serialization;

namespace ActorBalancer.Node.Processes;

/// <summary>The one line that a node prints on standard output once it is in its cluster.</summary>
/// <param name="Event">Always <c>ready</c>.</param>
/// <param name="Name">The node's name.</param>
/// <param name="Akka">Its cluster address, <c>akka.tcp://actorbalancer@HOST:PORT</c>; <c>akka.ssl.tcp://</c> with TLS.</param>
/// <param name="Http">Where it answers HTTP, <c>http://HOST:PORT</c>; null: nowhere.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Roles"><c>router</c>, <c>worker</c> or both.</param>
internal sealed record ReadyLine(string Event, string Name, string Akka, string? Http, int Pid, IReadOnlyList<string> Roles)
{
    /// <summary><c>HOST:PORT</c>, as <c>--seed</c> takes it.</summary>
    [JsonIgnore]
    public string Seed => Akka[(Akka.IndexOf('@', StringComparison.Ordinal) + 1)..];

    /// <summary>The port of <see cref="Seed"/>.</summary>
    [JsonIgnore]
    public int Port => int.Parse(Akka[(Akka.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
