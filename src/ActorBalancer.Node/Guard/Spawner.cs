using System.Runtime.InteropServices;

namespace ActorBalancer.Node.Guard;

/// <summary>
/// Starts programs by <c>posix_spawn</c>, which runs no code of ours between fork and exec: each as the leader of a session of
/// its own, without a terminal, with default signals and no descriptor but the three.
/// </summary>
internal sealed class Spawner : IDisposable
{
    // Larger than any C library's: glibc's and musl's are 336, 80 and 128 bytes.
    private const int AttributeBytes = 1024, ActionBytes = 512, SetBytes = 128;
    private const short SetDefaults = 0x04, SetMask = 0x08, SetSession = 0x80;

    private readonly IntPtr _attributes = Marshal.AllocHGlobal(AttributeBytes);
    private readonly IntPtr _actions = Marshal.AllocHGlobal(ActionBytes);

    public Spawner()
    {
        byte[] none = new byte[SetBytes], all = new byte[SetBytes];
        for (int signal = 1; signal < 32; signal++)
        {
            if (signal is not (Libc.SigKill or Libc.SigStop))
                all[(signal - 1) / 8] |= (byte)(1 << ((signal - 1) % 8));
        }
        _ = posix_spawnattr_init(_attributes);
        _ = posix_spawnattr_setsigmask(_attributes, none);
        _ = posix_spawnattr_setsigdefault(_attributes, all);
        _ = posix_spawnattr_setflags(_attributes, SetDefaults | SetMask | SetSession);
    }

    /// <returns>0, or the error number for which nothing was started.</returns>
    public int Start(GuardCommand command, IReadOnlyCollection<byte[]> environment, int input, int output, int error, out int process)
    {
        process = 0;
        _ = posix_spawn_file_actions_init(_actions);
        try
        {
            _ = posix_spawn_file_actions_adddup2(_actions, input, 0);
            _ = posix_spawn_file_actions_adddup2(_actions, output, 1);
            _ = posix_spawn_file_actions_adddup2(_actions, error, 2);
            if (command.Folder is { } folder)
                _ = posix_spawn_file_actions_addchdir_np(_actions, [.. folder, 0]);
            using NativeStrings arguments = new(command.Arguments), variables = new(environment);
            return posix_spawn(out process, [.. command.Program, 0], _actions, _attributes, arguments.Pointer, variables.Pointer);
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(_actions);
        }
    }

    public void Dispose()
    {
        _ = posix_spawnattr_destroy(_attributes);
        Marshal.FreeHGlobal(_attributes);
        Marshal.FreeHGlobal(_actions);
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawn(out int process, byte[] path, IntPtr actions, IntPtr attributes, IntPtr arguments, IntPtr environment);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawnattr_init(IntPtr attributes);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawnattr_destroy(IntPtr attributes);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawnattr_setflags(IntPtr attributes, short flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawnattr_setsigmask(IntPtr attributes, byte[] set);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawnattr_setsigdefault(IntPtr attributes, byte[] set);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawn_file_actions_init(IntPtr actions);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawn_file_actions_destroy(IntPtr actions);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawn_file_actions_adddup2(IntPtr actions, int from, int to);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_spawn_file_actions_addchdir_np(IntPtr actions, byte[] folder);

    /// <summary>A null-ended array of pointers to null-ended strings, in one block.</summary>
    private sealed class NativeStrings : IDisposable
    {
        public NativeStrings(IReadOnlyCollection<byte[]> strings)
        {
            int table = (strings.Count + 1) * IntPtr.Size;
            Pointer = Marshal.AllocHGlobal(table + strings.Sum(s => s.Length + 1));
            IntPtr text = Pointer + table;
            int at = 0;
            foreach (byte[] s in strings)
            {
                Marshal.WriteIntPtr(Pointer, at++ * IntPtr.Size, text);
                Marshal.Copy(s, 0, text, s.Length);
                Marshal.WriteByte(text, s.Length, 0);
                text += s.Length + 1;
            }
            Marshal.WriteIntPtr(Pointer, at * IntPtr.Size, IntPtr.Zero);
        }

        public IntPtr Pointer { get; }

        public void Dispose() => Marshal.FreeHGlobal(Pointer);
    }
}
