using System.CommandLine;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Certs;

/// <summary><c>actorbalancer certs init</c>: a CA and certificates to try mutual TLS with.</summary>
internal static class CertsCommand
{
    private const string Example =
        """
        actorbalancer certs init --host node-1 --host node-2 --host 10.0.0.7
        actorbalancer certs init --host node-3     (the same CA again, for one more member)
        """;

    private const int MostDays = 3650;

    public static Verb Create() => new("certs", "Certificates for mutual TLS between nodes.", Example) { Init() };

    private static Verb Init()
    {
        Option<string> folder = new("--folder") { Description = "Where the files go; made if it is not there.", HelpName = "DIR", DefaultValueFactory = _ => "certs" };
        Option<string[]> host = new("--host") { Description = "A node's host name or IP address, as the others call it; may be repeated. Left out: localhost.", HelpName = "NAME" };
        Option<int> days = new("--days") { Description = $"How long the nodes' certificates last, 1 to {MostDays}.", HelpName = "N", DefaultValueFactory = _ => 365 };
        Option<bool> force = new("--force") { Description = "Replace what is there, the CA too: every node then needs its new files." };
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of lines to paste." };
        host.Validators.Add(r =>
        {
            foreach (string name in r.GetValueOrDefault<string[]>() ?? [])
            {
                if (!HostAddress.IsHost(name) || HostAddress.IsAny(name))
                    r.AddError($"--host is {name}; give a host name or an IP address by which other nodes call this one, without port.");
            }
        });
        days.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > MostDays)
                r.AddError($"--days is {r.GetValueOrDefault<int>()}; give a number from 1 to {MostDays}.");
        });

        Verb command = new(
            "init",
            "Makes a CA, and for each host a certificate with its private key, to try mutual TLS with; for more than a trial use your organisation's CA. "
            + "A CA that is in the folder already issues the new certificates. Nothing is overwritten without --force.",
            Example)
        {
            folder, host, days, force, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string[] hosts = [.. (parsed.GetValue(host) ?? []).Distinct(StringComparer.OrdinalIgnoreCase)];
            CertsFolder certs = new(parsed.GetValue(folder)!, TimeProvider.System);
            try
            {
                CertsReport made = certs.Make(hosts.Length == 0 ? ["localhost"] : hosts, parsed.GetValue(days), parsed.GetValue(force));
                await Console.Out.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(made, NodeJson.Default.CertsReport) : Lines(made));
                return ExitCode.Done;
            }
            catch (Exception e) when (e is CertsException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCode.Usage;
            }
        });
        return command;
    }

    private static string Lines(CertsReport made)
    {
        List<string> lines =
        [
            made.MadeCa
                ? $"# A new CA: {made.Ca}. Keep its key, {made.CaKey}, off the nodes; who has it can join."
                : $"# The CA that was there: {made.Ca}.",
            "# Copy to each node its own two files and the CA's certificate, and put these lines into its configuration:",
        ];
        foreach (NodeFiles node in made.Nodes)
        {
            lines.AddRange(
            [
                "",
                $"# {node.Host}",
                "actorbalancer.remoting.tls {",
                $"  certificate = {Quoted(node.Certificate)}",
                $"  key = {Quoted(node.Key)}",
                $"  ca = {Quoted(made.Ca)}",
                "}",
            ]);
        }
        return string.Join('\n', lines);
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
