using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using ActorBalancer.Cluster.Hosting;
using ActorBalancer.Cluster.Worker;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBalancer;

/// <summary>
/// Sets in code what the configuration sets by file, and says what runs the jobs. Code goes over environment variables
/// (<c>ACTORBALANCER__...</c>), those over the section <c>ActorBalancer</c> of the application's <c>IConfiguration</c>, that over a HOCON
/// file, that over the defaults. One difference from our executable: the port is any
/// free one unless it is set, since nobody looks for an embedded node at 8601 and two may run on one host.
/// </summary>
public sealed class BalancerBuilder
{
    private const string SectionName = "ActorBalancer";

    private static readonly KeyValuePair<string, string>[] EmbeddedDefaults = [new("actorbalancer.remoting.port", "0")];

    private readonly HandlerRegistry _handlers = new();
    private readonly List<KeyValuePair<string, string>> _values = [];
    private readonly List<Action<BalancerStopped>> _onStopped = [];
    private string? _text;
    private string? _file;
    private IConfiguration? _section;
    private JobJson _json = JobJson.Default;
    private bool _isClientOnly;

    internal BalancerBuilder()
    {
    }

    /// <summary>The node's name in lists and logs; by default its host and port.</summary>
    public BalancerBuilder Name(string name) => Set("actorbalancer.name", name);

    /// <summary>Jobs that run here at once; by default one a core.</summary>
    public BalancerBuilder Slots(int slots) => Set("actorbalancer.worker.slots", slots.ToString(CultureInfo.InvariantCulture));

    /// <summary>The port for other nodes; by default any free one. As a guest, the ActorSystem's own is used.</summary>
    public BalancerBuilder Port(int port) => Set("actorbalancer.remoting.port", port.ToString(CultureInfo.InvariantCulture));

    /// <summary>Members to join, each <c>HOST:PORT</c>; none: this process is a cluster of one. As a guest, the ActorSystem's own are used.</summary>
    public BalancerBuilder Seeds(params string[] seeds) => SetAll("actorbalancer.seeds", seeds);

    /// <summary><c>router</c>, <c>worker</c> or both, the default; none: the node only submits and asks.</summary>
    public BalancerBuilder Roles(params string[] roles)
    {
        _isClientOnly = roles.Length == 0;
        return _isClientOnly ? this : SetAll("actorbalancer.roles", roles);
    }

    /// <summary>Settings of one queue. A queue needs none to exist.</summary>
    public BalancerBuilder Queue(string name, Action<QueueBuilder> configure)
    {
        configure(new QueueBuilder(name, _values));
        return this;
    }

    /// <summary>Any key of <c>hocon/reference.conf</c>, such as <c>actorbalancer.worker.drain</c> and <c>5s</c>.</summary>
    public BalancerBuilder Set(string key, string value)
    {
        _values.Add(new(key, value));
        return this;
    }

    /// <summary>Keeps jobs in the router's process, lost with it.</summary>
    public BalancerBuilder UseMemory() => Set("actorbalancer.store", StoreNames.Memory);

    /// <summary>Keeps jobs in a SQLite file, <c>./actorbalancer.db</c> unless it is named; the default. One router node uses it. Needs the package <c>ActorBalancer.Sqlite</c>.</summary>
    /// <param name="file">From the current directory; made if there is none. Null: as configured.</param>
    public BalancerBuilder UseSqlite(string? file = null)
    {
        Set("actorbalancer.store", StoreNames.Sqlite);
        return file is null ? this : Set("actorbalancer.sqlite.file", file);
    }

    /// <summary>Keeps jobs in a PostgreSQL database, for any number of router nodes. Needs the package <c>ActorBalancer.PostgreSql</c>.</summary>
    /// <param name="connection">As Npgsql takes it; or <c>env:NAME</c>, <c>file:PATH</c>, where it is to be found.</param>
    /// <param name="schema">For its tables, made at the first start. Null: as configured, by default <c>actorbalancer</c>.</param>
    public BalancerBuilder UsePostgres(string connection, string? schema = null)
    {
        Set("actorbalancer.store", StoreNames.Postgres).Set("actorbalancer.postgres.connection", connection);
        return schema is null ? this : Set("actorbalancer.postgres.schema", schema);
    }

    /// <summary>Runs a kind by a typed handler, from a service scope of its own for each attempt.</summary>
    /// <exception cref="ArgumentException">The kind is no valid name, or has a handler already.</exception>
    public BalancerBuilder AddHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TArgs>(string kind)
        where THandler : class, IJobHandler<TArgs>
    {
        _handlers.Add<THandler, TArgs>(kind);
        return this;
    }

    /// <summary>
    /// Runs a kind by a lambda: the argument first, then services and the <see cref="JobContext"/> in any order; it returns
    /// <see cref="JobOutcome"/> or a task of one.
    /// </summary>
    /// <exception cref="ArgumentException">The kind is no valid name or has a handler, or the lambda has another shape.</exception>
    public BalancerBuilder AddHandler(string kind, Delegate handler)
    {
        _handlers.AddLambda(kind, handler);
        return this;
    }

    /// <summary>
    /// Runs a kind by an actor: one of these props for each attempt, whose parent stops it afterwards. It is told the argument, or what
    /// <paramref name="message"/> makes of it, and answers its sender with a <see cref="JobOutcome"/> or with any value, which is the result of
    /// a job that succeeded. A fault, its end without an answer and <c>Status.Failure</c> are a failed attempt. When the job is cancelled it is told <see cref="JobCancelled"/>.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="props">Of the actor; with <c>DependencyResolver</c> if it takes services.</param>
    /// <param name="message">For an actor that wants the <see cref="JobContext"/> too; null: the argument itself.</param>
    /// <exception cref="ArgumentException">The kind is no valid name, or has a handler already.</exception>
    public BalancerBuilder AddActorHandler<TArgs>(string kind, Props props, Func<TArgs, JobContext, object>? message = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        _handlers.AddActor(kind, message, props);
        return this;
    }

    /// <summary>
    /// The same by an actor of the application, here or on another node, or by a router: its supervision stays its own. One that is
    /// restarted while it has a job gives no answer: let it answer in <c>PreRestart</c>, or leave it to the job's time limit.
    /// </summary>
    /// <inheritdoc cref="AddActorHandler{TArgs}(string, Props, Func{TArgs, JobContext, object})"/>
    public BalancerBuilder AddActorHandler<TArgs>(string kind, IActorRef actor, Func<TArgs, JobContext, object>? message = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _handlers.AddActor(kind, message, props: null, (_, _) => Task.FromResult(actor));
        return this;
    }

    /// <summary>
    /// The same by the actor that Akka.Hosting's <c>ActorRegistry</c> has under <typeparamref name="TKey"/>; jobs that come before it is there wait for it. Needs
    /// <see cref="ActorBalancerAkka.WithActorBalancer"/>.
    /// </summary>
    /// <inheritdoc cref="AddActorHandler{TArgs}(string, Props, Func{TArgs, JobContext, object})"/>
    public BalancerBuilder AddActorHandler<TArgs, TKey>(string kind, Func<TArgs, JobContext, object>? message = null)
    {
        _handlers.AddActor(kind, message, props: null, (cancellation, system) => ActorRegistry.For(system).GetAsync<TKey>(cancellation));
        return this;
    }

    /// <summary>Configuration as HOCON text. As a guest its <c>akka</c> block is not read.</summary>
    public BalancerBuilder Configuration(string hocon)
    {
        (_text, _file) = (hocon, null);
        return this;
    }

    /// <summary>Configuration from a HOCON file, read when the host starts. As a guest its <c>akka</c> block is not read.</summary>
    public BalancerBuilder ConfigurationFile(string path)
    {
        (_text, _file) = (null, path);
        return this;
    }

    /// <summary>
    /// Configuration from a section, such as <c>Worker:Slots</c> and <c>Queues:mail:TimeLimit</c>: the keys of <c>hocon/reference.conf</c>, in
    /// which case, hyphens and underscores do not count; spans of time as there (<c>30s</c>) or as .NET writes them (<c>00:00:30</c>). Without
    /// this the section <c>ActorBalancer</c> of the application's own configuration is read, if it has one. Read once, when the host starts.
    /// </summary>
    public BalancerBuilder Configuration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        _section = section;
        return this;
    }

    /// <summary>
    /// Reads and writes the arguments of jobs by source-generated JSON. Its types need no reflection, neither in handlers nor in
    /// <see cref="IJobClient"/> and <see cref="JobContext.Submit"/>; others are read by reflection, unless the application is trimmed. Names
    /// are those of web defaults (camel case) whatever the context says, so that every program of a cluster reads the same. May be called for several.
    /// </summary>
    public BalancerBuilder Json(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _json = _json.With(context);
        return this;
    }

    /// <summary>
    /// Runs around every attempt at every kind that this application handles; the first one added is the outermost. It may look at the job,
    /// change the outcome, or give one without calling the next. An exception means what it means in a handler. The services of the attempt's
    /// scope are in <see cref="JobContext.Services"/>.
    /// </summary>
    public BalancerBuilder Use(Func<JobContext, Func<Task<JobOutcome>>, Task<JobOutcome>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _handlers.Use(middleware);
        return this;
    }

    /// <summary>Called once if the node stops without being asked to. The process is left alone; decide here what it does.</summary>
    public BalancerBuilder OnStopped(Action<BalancerStopped> callback)
    {
        _onStopped.Add(callback);
        return this;
    }

    /// <summary>For tests of applications: whatever store was chosen, and whether or not it can be found here, jobs are kept in memory.</summary>
    internal void ForgetStore()
    {
        _values.RemoveAll(v => v.Key is "actorbalancer.store" || v.Key.StartsWith("actorbalancer.postgres.", StringComparison.Ordinal));
        UseMemory().Set("actorbalancer.postgres.connection", "");
    }

    /// <exception cref="BalancerConfigurationException">Something is wrong; it lists all of it.</exception>
    internal NodeSettings Build(IServiceProvider services, ILoggerFactory logs, TimeProvider clock)
    {
        Dictionary<string, string> environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal);
        IConfiguration? section = _section ?? services.GetService<IConfiguration>()?.GetSection(SectionName);
        ConfigurationSources sources = new()
        {
            Base = EmbeddedDefaults,
            Text = _text,
            Section = section is null ? [] : ValuesOf(section, environment.Keys),
            SectionOrigin = (section as IConfigurationSection)?.Path ?? "configuration",
            Environment = environment,
            Overrides = _values,
        };
        BalancerConfiguration configuration = _file is null ? BalancerConfiguration.Load(sources) : BalancerConfiguration.LoadFile(_file, sources);
        return new NodeSettings
        {
            // A node without roles is no mistake in code; in a file it would be one.
            Options = _isClientOnly ? configuration.Options with { Roles = [] } : configuration.Options,
            Akka = configuration.Akka,
            Handlers = _handlers,
            Json = _json,
            Services = services,
            Logs = logs,
            Clock = clock,
            OnStopped = stopped => _onStopped.ForEach(callback => callback(stopped)),
        };
    }

    /// <summary>Without what it has from our environment variables, which are read by their own rules.</summary>
    internal static KeyValuePair<string, string>[] ValuesOf(IConfiguration section, IEnumerable<string> environment)
    {
        HashSet<string> variables = new(environment, StringComparer.OrdinalIgnoreCase);
        string path = section is IConfigurationSection { Path: var own } ? own + ":" : "";
        return
        [
            .. section.AsEnumerable(makePathsRelative: true)
                .Where(v => v.Value is not null && v.Key.Length > 0 && !variables.Contains((path + v.Key).Replace(":", "__", StringComparison.Ordinal)))
                .Select(v => new KeyValuePair<string, string>(v.Key, v.Value!)),
        ];
    }

    private BalancerBuilder SetAll(string key, string[] values)
    {
        for (int i = 0; i < values.Length; i++)
            Set(string.Create(CultureInfo.InvariantCulture, $"{key}.{i}"), values[i]);
        return this;
    }
}
