using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ActorBalancer.Storage.Tests.Postgres;

/// <summary>
/// A PostgreSQL server of the distribution's, in a folder of its own on a free port of the loopback, with fsync on. Made when it
/// is first asked for, and gone with the test process, however that ends.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly string _bin;
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbalancer-postgres-").FullName;

    private readonly string? _network;

    private PostgresServer(string bin, string? network)
    {
        (_bin, _network) = (bin, network);
        Port = ServerPorts.Take();
        if (IsRoot)
            Run("chown", "nobody", _folder);
        RunAsUser(Path.Combine(bin, "initdb"), "-D", Data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale");
        if (network is not null)
            File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), $"host all all {network}/24 trust\n");
        Start();
        // Whatever happens to this process, the server does not outlive it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
        using Process watch = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c",
                "trap '' INT TERM HUP; while kill -0 \"$1\" 2>/dev/null; do sleep 1; done; "
                    + "[ -f \"$2/postmaster.pid\" ] && kill -QUIT \"$(head -1 \"$2/postmaster.pid\")\" 2>/dev/null; sleep 1; rm -rf \"$3\"",
                "watch", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Data, _folder,
            },
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }

    public int Port { get; }

    /// <summary>The server's first process, the parent of all others; null while it is down.</summary>
    public int? Postmaster => File.Exists(PidFile) ? int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture) : null;

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres";

    // Each on a connection of its own, since the server is restarted; and never read-only, although a test makes it so.
    private string ForTests => ConnectionString + ";Pooling=false;Options=-c default_transaction_read_only=off";

    private string Data => Path.Combine(_folder, "data");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>A new one; null where none is installed.</summary>
    /// <param name="network">An address of this machine beside the loopback, at which the hosts of its /24 network reach it too.</param>
    public static PostgresServer? TryStart(string? network = null) => Find() is { } bin ? new PostgresServer(bin, network) : null;

    /// <summary>Whether there can be one here.</summary>
    public static bool IsInstalled => Find() is not null;

    public void Start() => RunAsUser(Path.Combine(_bin, "pg_ctl"), "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        $"-p {Port} -k {_folder} -c listen_addresses=127.0.0.1{(_network is null ? "" : "," + _network)} -c fsync=on -c max_connections=200 -c max_wal_size=1GB", "start");

    /// <param name="mode"><c>smart</c>, <c>fast</c>, or <c>immediate</c>, as after a crash.</param>
    public void Stop(string mode) => RunAsUser(Path.Combine(_bin, "pg_ctl"), "-D", Data, "-w", "-m", mode, "stop");

    public void Execute(string sql)
    {
        using NpgsqlConnection connection = new(ForTests);
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    public long Number(string sql)
    {
        using NpgsqlConnection connection = new(ForTests);
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (File.Exists(PidFile))
            Stop("immediate");
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static string? Find()
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Below("/usr/lib/postgresql")).Concat(Below("/usr/pgsql")).Concat(Below("/opt/homebrew/opt")).Concat(Below("/usr/local/pgsql"));
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    // The newest version first.
    private static IEnumerable<string> Below(string folder) => Directory.Exists(folder)
        ? Directory.GetDirectories(folder).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")).Append(Path.Combine(folder, "bin"))
        : [];

    // PostgreSQL refuses to run as root.
    private static void RunAsUser(string program, params string[] arguments)
    {
        if (IsRoot)
            Run("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments]);
        else
            Run(program, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // To files and not to pipes: the server inherits them and would keep them open.
        string output = Path.GetTempFileName();
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (string argument in (string[])["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "run", output, program, .. arguments])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        string text = File.ReadAllText(output);
        File.Delete(output);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {text}");
    }
}
