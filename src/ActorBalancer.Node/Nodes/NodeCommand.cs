using System.CommandLine;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Storage;

namespace ActorBalancer.Node.Nodes;

/// <summary><c>actorbalancer node</c>: one node of a cluster, until it is told to stop.</summary>
internal static class NodeCommand
{
    public static Command Create(Action<HandlerRegistry>? handlers, Func<IJobStore, IJobStore>? around)
    {
        Option<string?> config = new("--config") { Description = "File in HOCON; an empty one is valid. Left out: the defaults.", HelpName = "FILE" };
        Option<string[]> role = new("--role") { Description = "router or worker, repeated for both; left out: as configured.", HelpName = "ROLE" };
        Option<string?> name = new("--name") { Description = "The node's name in lists and logs.", HelpName = "NAME" };
        Option<string?> port = new("--port") { Description = "Port for the other nodes; 0: any free one.", HelpName = "PORT" };
        Option<string?> httpPort = new("--http-port") { Description = "Port for HTTP; 0: any free one.", HelpName = "PORT" };
        Option<string?> bind = new("--bind") { Description = "Address to listen on.", HelpName = "HOST" };
        Option<string?> advertised = new("--advertised") { Description = "Address by which the others reach this node, where it differs.", HelpName = "HOST" };
        Option<string[]> seed = new("--seed") { Description = "A member to join; may be repeated. A router without any forms its own cluster.", HelpName = "HOST:PORT" };
        Option<string?> slots = new("--slots") { Description = "Jobs that this worker runs at once; 0: one a core.", HelpName = "N" };
        Option<string?> weight = new("--weight") { Description = "This worker's share under the strategies that know weights; auto: its slots.", HelpName = "W" };
        Option<string?> store = new("--store") { Description = "Where a router keeps jobs: sqlite, postgres or memory.", HelpName = "STORE" };
        Option<string?> file = new("--sqlite-file") { Description = "The file of the store sqlite; made if there is none.", HelpName = "FILE" };
        Option<bool> json = new("--json") { Description = "Print the line that says the node is ready as JSON." };
        Option<bool> verbose = new("--verbose") { Description = "Log more than warnings to standard error." };
        Option<bool> parentPipe = new("--parent-pipe") { Description = "End when standard input does.", Hidden = true };

        Verb command = new(
            "node",
            "Runs one node of a cluster until SIGTERM or Ctrl-C; a worker then finishes its running jobs within worker.drain.",
            """
            actorbalancer node --role router --port 8601 --http-port 8600
            actorbalancer node --role worker --seed 127.0.0.1:8601 --slots 2
            """)
        {
            config, role, name, port, httpPort, bind, advertised, seed, slots, weight, store, file, json, verbose, parentPipe,
        };
        command.SetAction(async (parsed, _) =>
        {
            NodeArguments arguments = new()
            {
                ConfigFile = parsed.GetValue(config),
                Roles = parsed.GetValue(role) ?? [],
                Values = new Dictionary<string, string?>
                {
                    ["actorbalancer.name"] = parsed.GetValue(name),
                    ["actorbalancer.remoting.port"] = parsed.GetValue(port),
                    ["actorbalancer.http.port"] = parsed.GetValue(httpPort),
                    ["actorbalancer.remoting.bind"] = parsed.GetValue(bind),
                    ["actorbalancer.remoting.advertised"] = parsed.GetValue(advertised),
                    ["actorbalancer.worker.slots"] = parsed.GetValue(slots),
                    ["actorbalancer.worker.weight"] = parsed.GetValue(weight),
                    ["actorbalancer.store"] = parsed.GetValue(store),
                    ["actorbalancer.sqlite.file"] = parsed.GetValue(file),
                },
                Seeds = parsed.GetValue(seed) ?? [],
                Json = parsed.GetValue(json),
                Verbose = parsed.GetValue(verbose),
                ParentPipe = parsed.GetValue(parentPipe),
            };
            return await NodeProcess.RunAsync(arguments, handlers, around);
        });
        return command;
    }
}
