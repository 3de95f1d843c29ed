using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ActorBalancer.Cluster.Kinds;

/// <summary>
/// Tells regular files from pipes, sockets and devices, which .NET lists as files and whose reading may never end. Asks
/// <c>statx</c> of Linux, whose layout is the same on every processor; elsewhere every file counts as regular.
/// </summary>
internal static class RegularFile
{
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint TypeOnly = 0x1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <param name="path">A file's.</param>
    /// <param name="followLinks">False: a link is none, wherever it leads.</param>
    public static bool Is(string path, bool followLinks = false)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        byte[] answer = new byte[256];
        return statx(CurrentDirectory, path, followLinks ? 0 : DoNotFollow, TypeOnly, answer) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(ModeOffset)) & TypeMask) == Regular;
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] answer);
}
