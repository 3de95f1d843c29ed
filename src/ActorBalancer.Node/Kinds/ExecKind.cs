using System.Runtime.InteropServices;
using System.Text;
using ActorBalancer.Node.Guard;
using ActorBalancer.Options;

namespace ActorBalancer.Node.Kinds;

/// <summary>
/// The kind <c>exec</c>: runs a program with an argument vector, without a shell. Its standard output is the result; any exit
/// code but 0 fails the attempt.
/// </summary>
internal sealed class ExecKind(BalancerOptions options) : IAsyncDisposable
{
    public const string Name = "exec";

    private const int ErrorTail = 2_048;

    private readonly int _outputLimit = options.Worker.Exec.Output;
    private readonly int _resultLimit = options.Limits.Result;
    private readonly AllowedPrograms _allowed = new(options.Worker.Exec.Allow, Environment.GetEnvironmentVariable("PATH"));

    private readonly HashSet<string> _variables = new(options.Worker.Exec.Env, StringComparer.Ordinal);

    public CommandGuard Guard { get; } = new();

    public async ValueTask<JobOutcome> RunAsync(ReadOnlyMemory<byte> bytes, JobContext job)
    {
        ExecPayload payload;
        try
        {
            payload = ExecPayload.Read(bytes);
            if (!_allowed.All)
                RefuseOthers(payload.Environment);
        }
        catch (FormatException e)
        {
            // No other attempt would find another payload.
            return JobOutcome.Discard(e.Message);
        }
        if (_allowed.Resolve(payload.Arguments[0], out string? problem) is not { } program)
            return Failed(payload, problem!);

        GuardCommand command = new()
        {
            Program = program,
            Arguments = payload.Arguments,
            Environment = [Variable("ACTORBALANCER_JOB", job.Id), Variable("ACTORBALANCER_ATTEMPT", job.Attempt), .. payload.Environment],
            Folder = payload.Folder,
            Input = payload.Input,
            OutputLimit = _outputLimit,
        };
        CommandEnd end;
        try
        {
            end = await Guard.RunAsync(command, job.Cancellation);
        }
        catch (IOException e)
        {
            return JobOutcome.Failed(e.Message);
        }
        job.Cancellation.ThrowIfCancellationRequested();
        return OutcomeOf(payload, program, end);
    }

    public ValueTask DisposeAsync() => Guard.DisposeAsync();

    /// <summary>No list of the variables that make some program run another could be complete; so it is one of those that may be set.</summary>
    /// <param name="entries"><c>NAME=VALUE</c> or <c>NAME</c>.</param>
    /// <exception cref="FormatException">One of them may not.</exception>
    private void RefuseOthers(byte[][] entries)
    {
        foreach (byte[] entry in entries)
        {
            int end = entry.AsSpan().IndexOf((byte)'=');
            string name = Encoding.UTF8.GetString(end < 0 ? entry : entry.AsSpan(0, end));
            if (!_variables.Contains(name))
                throw new FormatException($"env holds {name}, which is not allowed on this worker; worker.exec.env there lists what is");
        }
    }

    private JobOutcome OutcomeOf(ExecPayload payload, byte[] program, CommandEnd end)
    {
        switch (end.How)
        {
            case CommandEndKind.NotStarted:
                string where = payload.Folder is { } folder ? $" in '{Encoding.UTF8.GetString(folder)}'" : "";
                return Failed(payload, $"'{Encoding.UTF8.GetString(program)}' cannot be started{where}: {Marshal.GetPInvokeErrorMessage(end.Code)}");
            case CommandEndKind.TooMuchOutput or CommandEndKind.TooMuchError:
                string stream = end.How == CommandEndKind.TooMuchOutput ? "standard output" : "standard error";
                return Failed(payload, $"killed: it wrote more than {_outputLimit} bytes to {stream}, which is what worker.exec.output allows");
            case CommandEndKind.GuardLost:
                return JobOutcome.Failed("the worker's guard process was killed, and the command was ended with it");
            case CommandEndKind.Exited or CommandEndKind.Signalled when payload.Report:
                bool exited = end.How == CommandEndKind.Exited;
                return Result(payload, new ExecReport(exited ? end.Code : 0, exited ? 0 : end.Code, end.Output, end.Error).ToBytes());
            case CommandEndKind.Exited when end.Code == 0:
                return Result(payload, end.Output);
            default:
                string how = end.How == CommandEndKind.Exited ? $"exit code {end.Code}" : $"ended by signal {end.Code}";
                return Failed(payload, how + Tail(end.Error));
        }
    }

    private JobOutcome Result(ExecPayload payload, byte[] result) => result.Length <= _resultLimit
        ? JobOutcome.OkBytes(result)
        : Failed(payload, $"it wrote {result.Length} bytes, the limit of a result is {_resultLimit} (limits.result)");

    private static JobOutcome Failed(ExecPayload payload, string reason) => payload.Retry ? JobOutcome.Failed(reason) : JobOutcome.Discard(reason);

    /// <summary>The last of what it wrote to standard error, from the beginning of a line.</summary>
    private static string Tail(byte[] error)
    {
        ReadOnlySpan<byte> tail = error.AsSpan().TrimEnd("\r\n"u8);
        if (tail.Length > ErrorTail)
        {
            tail = tail[^ErrorTail..];
            int line = tail.IndexOf((byte)'\n');
            tail = tail[(line + 1)..];
        }
        return tail.IsEmpty ? "" : ": " + Encoding.UTF8.GetString(tail);
    }

    private static byte[] Variable(string name, object value) => Encoding.ASCII.GetBytes($"{name}={value}");
}
