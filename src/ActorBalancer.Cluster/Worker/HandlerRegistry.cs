using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using ActorBalancer.Intake;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBalancer.Cluster.Worker;

/// <summary>Which kinds this worker offers and what runs each. Mistakes are told at registration, not by the first job.</summary>
internal sealed class HandlerRegistry
{
    private readonly Dictionary<string, JobHandler> _handlers = [];
    private readonly ActorHandlers _actors = new();
    private readonly List<Func<JobContext, Func<Task<JobOutcome>>, Task<JobOutcome>>> _around = [];

    /// <summary>In order, so that every hello of a process is the same.</summary>
    public string[] Kinds => [.. _handlers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What the handlers that are actors need.</summary>
    public ActorHandlers Actors => _actors;

    public JobHandler? Find(string kind)
    {
        JobHandler? handler = _handlers.GetValueOrDefault(kind);
        return handler is null || _around.Count == 0 ? handler : (payload, job) => RunAroundAsync(handler, payload, job);
    }

    /// <summary>Runs around every handler; the first is the outermost.</summary>
    public void Use(Func<JobContext, Func<Task<JobOutcome>>, Task<JobOutcome>> middleware) => _around.Add(middleware);

    /// <summary>A handler that reads the payload itself and needs no scope.</summary>
    /// <exception cref="ArgumentException">The kind is no valid name or has a handler.</exception>
    public void Add(string kind, JobHandler handler)
    {
        if (!JobRequestValidator.IsName(kind))
            throw new ArgumentException($"'{kind}' is no kind: 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.", nameof(kind));
        if (!_handlers.TryAdd(kind, handler))
            throw new ArgumentException($"The kind '{kind}' has a handler already.", nameof(kind));
    }

    /// <summary>A typed handler: a scope an attempt, from which the handler comes.</summary>
    /// <exception cref="ArgumentException">The kind is no valid name or has a handler.</exception>
    public void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler, TArgs>(string kind)
        where THandler : class, IJobHandler<TArgs>
    {
        ObjectFactory<THandler> make = ActivatorUtilities.CreateFactory<THandler>([]);
        Add(kind, async (payload, job) =>
        {
            TArgs args = Read<TArgs>(payload, job);
            await using AsyncServiceScope? scope = Scope(job);
            // One that the application registered lives and ends with the scope; one made here is ended here.
            if (job.Services.GetService<THandler>() is { } registered)
                return await registered.RunAsync(args, job);
            THandler handler = make(job.Services, null);
            try
            {
                return await handler.RunAsync(args, job);
            }
            finally
            {
                if (handler is IAsyncDisposable later)
                    await later.DisposeAsync();
                else
                    (handler as IDisposable)?.Dispose();
            }
        });
    }

    /// <summary>
    /// A lambda: the argument first, then any services and the <see cref="JobContext"/> in any order. It returns
    /// <see cref="JobOutcome"/>, or a task of one. A scope an attempt if it takes services.
    /// </summary>
    /// <exception cref="ArgumentException">The kind or the lambda's shape is not valid; the message says what to change.</exception>
    public void AddLambda(string kind, Delegate handler)
    {
        ParameterInfo[] parameters = handler.GetType().GetMethod(nameof(Action.Invoke))!.GetParameters();
        if (Fault(handler.GetType().GetMethod(nameof(Action.Invoke))!.ReturnType, parameters) is { } fault)
            throw new ArgumentException($"The handler of '{kind}' {fault}", nameof(handler));
        bool scoped = parameters.Skip(1).Any(p => p.ParameterType != typeof(JobContext));
        MethodInfo add = typeof(HandlerRegistry).GetMethod(nameof(AddCompiled), BindingFlags.Instance | BindingFlags.NonPublic)!;
        add.MakeGenericMethod(parameters[0].ParameterType)
            .CreateDelegate<Action<string, Delegate, bool>>(this)(kind, handler, scoped);
    }

    /// <summary>An actor: one of these props an attempt, or one that is found for each.</summary>
    /// <exception cref="ArgumentException">The kind is no valid name or has a handler.</exception>
    public void AddActor<TArgs>(string kind, Func<TArgs, JobContext, object>? message, Props? props, Func<CancellationToken, ActorSystem, Task<IActorRef>>? find = null) =>
        Add(kind, _actors.Handler(Read<TArgs>, message, props, find));

    private void AddCompiled<TArgs>(string kind, Delegate handler, bool scoped)
    {
        Func<TArgs, JobContext, ValueTask<JobOutcome>> run = Compile<TArgs>(handler);
        Add(kind, scoped ? RunScoped : (payload, job) => run(Read<TArgs>(payload, job), job));

        async ValueTask<JobOutcome> RunScoped(ReadOnlyMemory<byte> payload, JobContext job)
        {
            TArgs args = Read<TArgs>(payload, job);
            await using AsyncServiceScope? scope = Scope(job);
            return await run(args, job);
        }
    }

    private async ValueTask<JobOutcome> RunAroundAsync(JobHandler handler, ReadOnlyMemory<byte> payload, JobContext job)
    {
        await using AsyncServiceScope? scope = Scope(job);
        Func<Task<JobOutcome>> next = () => handler(payload, job).AsTask();
        for (int i = _around.Count - 1; i >= 0; i--)
        {
            (Func<JobContext, Func<Task<JobOutcome>>, Task<JobOutcome>> middleware, Func<Task<JobOutcome>> inner) = (_around[i], next);
            next = () => middleware(job, inner);
        }
        return await next();
    }

    /// <summary>Gives the attempt services of its own; null if it has them.</summary>
    private static AsyncServiceScope? Scope(JobContext job)
    {
        if (job.IsScoped)
            return null;
        AsyncServiceScope scope = job.Services.CreateAsyncScope();
        (job.Services, job.IsScoped) = (scope.ServiceProvider, true);
        return scope;
    }

    private static Func<TArgs, JobContext, ValueTask<JobOutcome>> Compile<TArgs>(Delegate handler)
    {
        ParameterExpression args = Expression.Parameter(typeof(TArgs)), job = Expression.Parameter(typeof(JobContext));
        Expression services = Expression.Property(job, typeof(JobContext).GetProperty(nameof(JobContext.Services))!);
        MethodInfo required = typeof(ServiceProviderServiceExtensions).GetMethod(
            nameof(ServiceProviderServiceExtensions.GetRequiredService), 1, [typeof(IServiceProvider)])!;
        MethodInfo invoke = handler.GetType().GetMethod(nameof(Action.Invoke))!;
        IEnumerable<Expression> values = invoke.GetParameters().Select((p, i) =>
            i == 0 ? (Expression)args
            : p.ParameterType == typeof(JobContext) ? job
            : Expression.Call(required.MakeGenericMethod(p.ParameterType), services));
        Expression call = Expression.Invoke(Expression.Constant(handler), values);
        if (invoke.ReturnType != typeof(ValueTask<JobOutcome>))
            call = Expression.New(typeof(ValueTask<JobOutcome>).GetConstructor([invoke.ReturnType])!, call);
        return Expression.Lambda<Func<TArgs, JobContext, ValueTask<JobOutcome>>>(call, args, job).Compile();
    }

    private static string? Fault(Type returns, ParameterInfo[] parameters)
    {
        if (returns != typeof(JobOutcome) && returns != typeof(Task<JobOutcome>) && returns != typeof(ValueTask<JobOutcome>))
            return $"returns {returns.Name}; it must return JobOutcome, Task<JobOutcome> or ValueTask<JobOutcome>.";
        if (parameters.Length == 0 || parameters[0].ParameterType == typeof(JobContext))
            return "must take the job's argument as its first parameter; JsonElement takes any.";
        foreach (ParameterInfo p in parameters)
        {
            if (p.ParameterType.IsByRef)
                return $"takes '{p.Name}' by reference; take it by value.";
            if (p.ParameterType == typeof(CancellationToken))
                return $"takes a CancellationToken; take the JobContext and use its Cancellation.";
            if (p.Position > 0 && p.ParameterType.IsValueType)
                return $"takes '{p.Name}' of type {p.ParameterType.Name}, which no service can be.";
        }
        return parameters.Count(p => p.ParameterType == typeof(JobContext)) > 1 ? "takes the JobContext twice." : null;
    }

    private static TArgs Read<TArgs>(ReadOnlyMemory<byte> payload, JobContext job)
    {
        try
        {
            return job.Json.Read<TArgs>(payload.Span)
                ?? throw new InvalidArgumentsException($"the payload is null, which is no {typeof(TArgs).Name}");
        }
        catch (JsonException e)
        {
            // The serializer's own message may quote the payload; where it went wrong is enough.
            string where = e.Path is null ? "" : $" at {e.Path}, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw new InvalidArgumentsException($"the payload cannot be read as {typeof(TArgs).Name}{where}", e);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidArgumentsException($"no payload can be read as {typeof(TArgs).Name}: {e.Message}", e);
        }
    }
}
