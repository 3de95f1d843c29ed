using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Microsoft.Win32.SafeHandles;

namespace ActorBalancer.SystemTests.Tools;

/// <summary>A command whose standard output is a terminal of 80 columns.</summary>
internal static class Terminal
{
    private const int ReadWrite = 2;
    private const nuint SetWindowSize = 0x5414;

    /// <returns>What the terminal got, without carriage returns.</returns>
    public static async Task<string> RunAsync(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
    {
        int master = posix_openpt(ReadWrite);
        Assert.True(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "there is no terminal to be had");
        Window size = new() { Rows = 24, Columns = 80 };
        Assert.Equal(0, ioctl(master, SetWindowSize, ref size));
        string name = Marshal.PtrToStringUTF8(ptsname(master))!;

        // The shell opens the terminal, since .NET gives a child nothing but pipes.
        ProcessStartInfo command = Executable.Of(typeof(Executable).Assembly.Location);
        ProcessStartInfo shell = new("/bin/sh", ["-c", $"exec \"$@\" >{name} 2>/dev/null", "sh", command.FileName, .. command.ArgumentList, .. arguments]);
        foreach ((string key, string value) in environment)
            shell.Environment[key] = value;

        // While this one has it open too, the end of the command is no end of the terminal, and nothing of its text is lost.
        using FileStream held = new(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using FileStream screen = new(new SafeFileHandle(master, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        using Process process = Process.Start(shell)!;
        await process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, process.ExitCode);
        await held.WriteAsync("\u0004"u8.ToArray());
        await held.FlushAsync();
        StringBuilder text = new();
        while (text.Length == 0 || text[^1] != '\u0004')
            text.Append((char)screen.ReadByte());
        return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text.ToString(0, text.Length - 1))).Replace("\r", "", StringComparison.Ordinal);
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_openpt(int flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int grantpt(int terminal);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unlockpt(int terminal);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ptsname(int terminal);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(int terminal, nuint request, ref Window size);

    [StructLayout(LayoutKind.Sequential)]
    private struct Window
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
