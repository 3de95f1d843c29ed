using System.Diagnostics;
using System.Text.Json;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

/// <summary>A command of the tools that has ended.</summary>
/// <param name="Exit">Its exit code.</param>
/// <param name="Output">Its standard output, to the byte.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ToolRun(int Exit, string Output, string Error)
{
    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Each line as JSON.</summary>
    public IReadOnlyList<JsonElement> JsonLines => [.. Lines.Select(l => JsonDocument.Parse(l).RootElement.Clone())];

    /// <summary>This one, if it did what it should.</summary>
    public ToolRun Succeeded()
    {
        Assert.True(Exit == 0, $"exit code {Exit}: {Error}{Output}");
        Assert.DoesNotContain('\u001b', Output);
        return this;
    }

    /// <param name="environment">Added to this process's own.</param>
    /// <param name="input">For its standard input.</param>
    /// <param name="arguments">What follows the executable.</param>
    public static async Task<ToolRun> RunAsync(IEnumerable<KeyValuePair<string, string>> environment, string input, params string[] arguments)
    {
        ProcessStartInfo start = Executable.Of(typeof(Executable).Assembly.Location);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
            return new ToolRun(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill();
        }
    }
}
