using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBalancer.Node.Guard;

/// <summary>The calls of Linux that .NET has no form of. Numbers are those of x86 and ARM, glibc and musl alike.</summary>
internal static class Libc
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigStop = 19;

    public const int ErrorAgain = 11;
    public const int ErrorInterrupted = 4;
    public const int ErrorPipe = 32;

    public const short PollIn = 1;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int SetDescriptorFlags = 2;
    private const int SetStatusFlags = 4;
    private const int SetChildSubreaper = 36;
    private const int AllProcesses = 0;
    private const int NoHang = 1, Exited = 4, NoWait = 0x1000000;

    /// <summary>A pipe whose ends no program inherits that is not given them.</summary>
    public static (int Read, int Write) Pipe(bool readNonBlocking = false)
    {
        int[] ends = new int[2];
        Check(pipe2(ends, CloseOnExec), "pipe2");
        if (readNonBlocking)
            Check(fcntl(ends[0], SetStatusFlags, NonBlocking), "fcntl");
        return (ends[0], ends[1]);
    }

    /// <summary>A file in memory with these bytes, at its beginning.</summary>
    public static int MemoryFile(ReadOnlySpan<byte> content)
    {
        int file = Check(memfd_create("stdin", 1), "memfd_create");
        try
        {
            WriteAll(file, content);
            Check((int)lseek(file, 0, 0), "lseek");
            return file;
        }
        catch
        {
            Close(file);
            throw;
        }
    }

    public static int OpenNull() => Check(open("/dev/null", CloseOnExec), "open");

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>Bytes read; 0 at the end; -1 if there is nothing now.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        while (true)
        {
            nint count = read(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                return (int)count;
            int error = Marshal.GetLastPInvokeError();
            if (error == ErrorAgain)
                return -1;
            if (error != ErrorInterrupted)
                return 0;
        }
    }

    /// <summary>As <see cref="Read"/>, but waits where there is nothing now, and tells faults.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int ReadWaiting(int descriptor, Span<byte> buffer)
    {
        while (true)
        {
            nint count = read(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                return (int)count;
            int error = Marshal.GetLastPInvokeError();
            if (error == ErrorAgain)
                Poll([new PollEntry { Descriptor = descriptor, Events = PollIn }], 1, -1);
            else if (error != ErrorInterrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint count = write(descriptor, ref MemoryMarshal.GetReference(bytes), bytes.Length);
            if (count >= 0)
            {
                bytes = bytes[(int)count..];
                continue;
            }
            switch (Marshal.GetLastPInvokeError())
            {
                case ErrorInterrupted:
                    break;
                case ErrorAgain:
                    // Whoever shares the other end has made it non-blocking.
                    Poll([new PollEntry { Descriptor = descriptor, Events = 4 }], 1, -1);
                    break;
                case ErrorPipe:
                    throw new BrokenPipeException();
                case int error:
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    /// <summary>Waits until one of them has something, or so many milliseconds; -1 is for ever.</summary>
    public static void Poll(PollEntry[] entries, int count, int milliseconds)
    {
        if (poll(entries, (nuint)count, milliseconds) < 0 && Marshal.GetLastPInvokeError() != ErrorInterrupted)
            throw new IOException($"poll: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A signal to a process, or to a whole group: then <paramref name="process"/> is its negative.</summary>
    public static void Kill(int process, int signal) => _ = kill(process, signal);

    /// <summary>Leaves the terminal and the group of the process that started this one, whose signals are not meant for it.</summary>
    public static void NewSession() => _ = setsid();

    /// <summary>Nothing that this process was started with, but the three, goes on to programs that it starts.</summary>
    public static void KeepDescriptors()
    {
        foreach (string entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) && descriptor > 2)
                _ = fcntl(descriptor, SetDescriptorFlags, 1);
        }
    }

    /// <summary>From now on this process is the parent of every orphan below it, whatever session it has put itself into.</summary>
    public static void BecomeSubreaper() => Check(prctl(SetChildSubreaper, 1, 0, 0, 0), "prctl");

    /// <summary>A child that has ended and is not yet reaped, so that nobody else can have its id; 0: none; -1: there is no child at all.</summary>
    public static int PeekEnded()
    {
        byte[] info = new byte[128];
        if (waitid(AllProcesses, 0, info, NoHang | Exited | NoWait) != 0)
            return -1;
        // Signal, error and code, then the union, aligned to a pointer; its first member is the process.
        return BitConverter.ToInt32(info, IntPtr.Size == 8 ? 16 : 12);
    }

    /// <summary>Reaps a child that has ended.</summary>
    /// <returns>Its exit code and 0, or 0 and the signal that ended it; -1 and 0 if there is no such child.</returns>
    public static (int Code, int Signal) Reap(int process)
    {
        if (waitpid(process, out int status, NoHang) != process)
            return (-1, 0);
        int signal = status & 0x7F;
        return signal == 0 ? ((status >> 8) & 0xFF, 0) : (0, signal);
    }

    /// <summary>The absolute path without links, or null where there is no such thing.</summary>
    public static byte[]? RealPath(byte[] path)
    {
        IntPtr resolved = realpath([.. path, 0], IntPtr.Zero);
        if (resolved == IntPtr.Zero)
            return null;
        try
        {
            int length = 0;
            while (Marshal.ReadByte(resolved, length) != 0)
                length++;
            byte[] result = new byte[length];
            Marshal.Copy(resolved, result, 0, length);
            return result;
        }
        finally
        {
            free(resolved);
        }
    }

    public static bool IsExecutable(byte[] path) => access([.. path, 0], 1) == 0;

    // The error number is the exception's HResult.
    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int pipe2(int[] ends, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int memfd_create([MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint lseek(int descriptor, nint offset, int from);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint read(int descriptor, ref byte buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(int descriptor, ref byte buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll([In, Out] PollEntry[] entries, nuint count, int milliseconds);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setsid();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int waitid(int type, uint id, byte[] info, int options);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int waitpid(int process, out int status, int options);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr realpath(byte[] path, IntPtr resolved);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void free(IntPtr block);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int access(byte[] path, int mode);
}
