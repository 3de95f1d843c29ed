using System.Diagnostics;
using System.Text;
using ActorBalancer.Node.Processes;

namespace ActorBalancer.SystemTests.Map;

/// <summary>The verb as a shell runs it: bytes in, bytes out.</summary>
internal sealed class MapCall : IAsyncDisposable
{
    private readonly Process _process;

    private MapCall(string folder, string[] arguments)
    {
        ProcessStartInfo start = Executable.Of(typeof(Executable).Assembly.Location);
        start.WorkingDirectory = folder;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (string argument in (IEnumerable<string>)["map", .. arguments])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        Error = _process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Task<string> Error { get; }

    public static MapCall Start(params string[] arguments) => StartIn(Environment.CurrentDirectory, arguments);

    public static MapCall StartIn(string folder, params string[] arguments) => new(folder, arguments);

    /// <summary>From the whole input to the end.</summary>
    public static async Task<MapAnswer> RunAsync(byte[] input, params string[] arguments)
    {
        await using MapCall call = Start(arguments);
        return await call.EndAsync(input);
    }

    /// <summary>Writes the rest of the input, and reads to the end.</summary>
    public async Task<MapAnswer> EndAsync(byte[] input)
    {
        using MemoryStream output = new();
        Task reading = Output.CopyToAsync(output);
        await Input.WriteAsync(input);
        Input.Close();
        await reading.WaitAsync(TimeSpan.FromMinutes(3));
        return new MapAnswer(await ExitAsync(), output.ToArray(), await Error);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return _process.ExitCode;
    }

    /// <summary>One line, read byte by byte: nothing is taken that comes after it.</summary>
    public async Task<string> ReadLineAsync()
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (await Output.ReadAsync(one).AsTask().WaitAsync(TimeSpan.FromMinutes(3)) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
