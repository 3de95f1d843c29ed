using System.CommandLine;
using System.CommandLine.Invocation;

namespace ActorBalancer.Node;

/// <summary>The usual help, and below it the verb's example.</summary>
internal sealed class HelpWithExample(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
{
    private const string FirstExample = "actorbalancer demo";

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        string example = parseResult.CommandResult.Command is Verb verb ? verb.Example : FirstExample;
        output.WriteLine("Example:");
        foreach (string line in example.Split('\n'))
            output.WriteLine($"  {line}");
        return code;
    }
}
