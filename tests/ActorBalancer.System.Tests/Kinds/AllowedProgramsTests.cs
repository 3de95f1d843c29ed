using System.Text;
using ActorBalancer.Node.Kinds;

namespace ActorBalancer.SystemTests.Kinds;

public sealed class AllowedProgramsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _path;

    public AllowedProgramsTests()
    {
        foreach (string name in new[] { "first/tool", "first/other", "second/tool", "second/late" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Full(name))!);
            File.WriteAllText(Full(name), "#!/bin/sh\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Full(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        File.WriteAllText(Full("first/late"), "not executable");
        Directory.CreateSymbolicLink(Full("link"), Full("first"));
        File.CreateSymbolicLink(Full("first/alias"), Full("first/tool"));
        _path = $"relative:{Full("missing")}:{Full("first")}:{Full("second")}";
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_name_is_the_first_executable_in_the_search_path()
    {
        Assert.Equal(Full("first/tool"), Resolve("tool", "tool"));
        Assert.Equal(Full("second/late"), Resolve("late", "late"));
    }

    [Fact]
    public void Names_and_paths_allow_each_other_where_they_are_the_same_file()
    {
        Assert.Equal(Full("first/tool"), Resolve(Full("link/tool"), "tool"));
        Assert.Equal(Full("first/tool"), Resolve("tool", Full("first/../link/tool")));
        Assert.Equal(Full("first/tool"), Resolve("tool", "missing", Full("first/tool")));
    }

    [Fact]
    public void Nothing_else_is_allowed()
    {
        Assert.Null(Resolve("other", "tool"));
        Assert.Null(Resolve(Full("second/tool"), "tool"));
        Assert.Null(Resolve("first/tool", "*"));
        Assert.Null(Resolve("", "*"));
        Assert.Null(Resolve(Full("first"), "*", "tool"));
    }

    [Fact]
    public void One_file_under_another_name_is_another_program() => Assert.Null(Resolve("alias", "tool"));

    [Fact]
    public void A_star_allows_every_program_and_no_more() => Assert.Equal(Full("first/other"), Resolve(Full("first/other"), "*"));

    private string Full(string name) => Path.Combine(_folder, name);

    private string? Resolve(string name, params string[] allow)
    {
        byte[]? path = new AllowedPrograms(allow, _path).Resolve(Encoding.UTF8.GetBytes(name), out string? problem);
        Assert.Equal(path is null, problem is not null);
        return path is null ? null : Encoding.UTF8.GetString(path);
    }
}
