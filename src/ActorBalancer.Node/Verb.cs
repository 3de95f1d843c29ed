using System.CommandLine;

namespace ActorBalancer.Node;

/// <summary>A command with an example, which its help ends with.</summary>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    public string Example => example;
}
