using Spectre.Console;

namespace ActorBalancer.Node.Tools;

/// <summary>Standard output. Only a terminal that can do more than print, and is not asked to refrain, gets more than plain text.</summary>
internal sealed class Screen
{
    public Screen()
    {
        Lines = Console.Out;
        IsRich = !Console.IsOutputRedirected
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }

    /// <summary>Whether tables, colours and movement are welcome.</summary>
    public bool IsRich { get; }

    public TextWriter Lines { get; }

    public static IAnsiConsole Ansi => AnsiConsole.Console;

    public void Show(Sheet sheet)
    {
        if (IsRich)
            Ansi.Write(sheet.ToTable(Ansi.Profile.Capabilities.Unicode, Ansi.Profile.Width));
        else
            sheet.WriteTo(Lines);
    }

    public void Line(string text) => Lines.WriteLine(Sheet.Clean(text));
}
