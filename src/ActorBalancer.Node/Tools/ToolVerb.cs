using System.CommandLine;
using ActorBalancer.Client;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.Node.Tools;

/// <summary>Makes a verb that talks HTTP to a node: the options that all of them share, and one home for their failures.</summary>
internal static class ToolVerb
{
    /// <param name="name">The verb.</param>
    /// <param name="description">For its help.</param>
    /// <param name="example">The same.</param>
    /// <param name="own">Its own arguments and options.</param>
    /// <param name="run">Gives the exit code.</param>
    public static Verb Create(
        string name, string description, string example, Symbol[] own, Func<ParseResult, Tool, CancellationToken, Task<int>> run)
    {
        Option<string?> url = new("--url") { Description = "HTTP address of a router node; left out: the cluster of 'up' on this machine, then http://127.0.0.1:8600.", HelpName = "URL" };
        Option<string?> ca = new("--ca") { Description = "File in PEM with the CA to trust for https, where it is not one of the system's.", HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        url.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } text && !NodeUrl.TryParse(text, out _))
                r.AddError($"--url is '{text}'; give http://HOST:PORT or https://HOST:PORT.");
        });

        Verb verb = new(name, description, example);
        foreach (Symbol symbol in (IEnumerable<Symbol>)[.. own, url, ca, json])
        {
            if (symbol is Argument argument)
                verb.Arguments.Add(argument);
            else
                verb.Options.Add((Option)symbol);
        }
        verb.SetAction(async (parsed, _) =>
        {
            NodeUrl node = NodeUrl.Of(parsed.GetValue(url));
            BalancerClientSettings settings = new() { CertificateAuthority = parsed.GetValue(ca) };
            return await RunAsync(node, settings, parsed.GetValue(json), (tool, stop) => run(parsed, tool, stop));
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        NodeUrl node, BalancerClientSettings settings, bool json, Func<Tool, CancellationToken, Task<int>> run)
    {
        using StopSignals signals = new();
        CurrentProcess.FollowDotnetRun(TimeProvider.System, signals.Token);
        try
        {
            using BalancerClient client = new(node.Address, settings);
            return await run(new Tool(client, json, new Screen(), TimeProvider.System), signals.Token);
        }
        catch (UnreachableException e)
        {
            return Fail(ExitCode.Unreachable, $"{e.Message}. {node.Advice}");
        }
        catch (RefusedException e)
        {
            return Fail(ExitCode.Refused, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.Usage, e.Message);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static int Fail(int code, string message)
    {
        Tool.Remark(message);
        return code;
    }
}
