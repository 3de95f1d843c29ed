using System.Text;
using ActorBalancer.Node.Guard;
using Spectre.Console;

namespace ActorBalancer.Node.Map;

/// <summary>
/// Standard error during a map: a line of progress where a person watches it and the results go elsewhere, and the errors above it.
/// </summary>
internal sealed class MapScreen(TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _over = new();
    private IAnsiConsole? _console;
    private Task _showing = Task.CompletedTask;

    /// <summary>Begins to show it, if anybody sees it.</summary>
    public void Begin(Func<string> progress)
    {
        if (Console.IsErrorRedirected || !Console.IsOutputRedirected)
            return;
        // Nobody is asked anything, so that standard input may well be no terminal.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
        if (!console.Profile.Capabilities.Ansi)
            return;
        _console = console;
        _showing = console.Status().StartAsync(Markup.Escape(progress()), async line =>
        {
            while (!_over.IsCancellationRequested)
            {
                await Task.Delay(Pause, clock, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                line.Status(Markup.Escape(progress()));
            }
        });
    }

    public void Write(ReadOnlyMemory<byte> errors)
    {
        if (_console is not null)
        {
            _console.Write(new Text(Encoding.UTF8.GetString(errors.Span)));
            return;
        }
        try
        {
            Libc.WriteAll(2, errors.Span);
        }
        catch (IOException)
        {
            // Nobody wants to hear of errors; the exit code says it too.
        }
    }

    public void Tell(string line) => Write(Encoding.UTF8.GetBytes($"map: {line}\n"));

    /// <summary>Clears the progress.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await _showing;
        _console = null;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _over.Dispose();
    }
}
