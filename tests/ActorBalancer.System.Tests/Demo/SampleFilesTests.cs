using System.Diagnostics;
using ActorBalancer.Node.Demo;

namespace ActorBalancer.SystemTests.Demo;

public sealed class SampleFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_come_in_order_without_what_builds_and_version_control_leave()
    {
        foreach (string name in (string[])["b.txt", "a/z.txt", ".git/config", "src/bin/x", "src/obj/x", "src/binary"])
            Write(name, name);

        Assert.Equal(["a/z.txt", "b.txt", "src/binary"], SampleFiles.Collect(_folder, default).Select(f => f.Name));
    }

    [Fact]
    public void Digest_is_that_of_the_content()
    {
        Write("abc", "abc");
        Write("empty", "");

        Assert.Equal(
            ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            SampleFiles.Collect(_folder, default).Select(f => f.Digest));
    }

    [Fact]
    public void At_most_five_hundred_files_the_first_ones()
    {
        for (int i = 0; i < SampleFiles.Most + 3; i++)
            Write($"{i:0000}", "x");

        IReadOnlyList<SampleFile> files = SampleFiles.Collect(_folder, default);
        Assert.Equal(SampleFiles.Most, files.Count);
        Assert.Equal("0000", files[0].Name);
        Assert.Equal("0499", files[^1].Name);
    }

    [Fact]
    public void Links_and_pipes_are_no_files_to_hash()
    {
        Write("real", "x");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "real"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), _folder);
        using (Process mkfifo = Process.Start("mkfifo", [Path.Combine(_folder, "pipe")]))
            mkfifo.WaitForExit();
        Assert.True(File.Exists(Path.Combine(_folder, "pipe")));

        Assert.Equal(["real"], SampleFiles.Collect(_folder, default).Select(f => f.Name));
    }

    [Fact]
    public void File_above_the_limit_is_left_out()
    {
        foreach ((string name, long length) in ((string, long)[])[("largest", SampleFiles.MostBytes), ("larger", SampleFiles.MostBytes + 1)])
        {
            using FileStream sparse = File.Create(Path.Combine(_folder, name));
            sparse.SetLength(length);
        }

        Assert.Equal(["largest"], SampleFiles.Collect(_folder, default).Select(f => f.Name));
    }

    [Fact]
    public void Source_is_the_name_unless_no_job_may_have_it()
    {
        string path = Path.Combine(_folder, "f");
        Assert.Equal("a/b c", new SampleFile(path, "a/b c", "digest").Source);
        foreach (string name in (string[])["two\nlines", "a\ttab", new('x', 257)])
            Assert.Equal("digest", new SampleFile(path, name, "digest").Source);
    }

    [Fact]
    public void Hashing_stops_when_cancelled()
    {
        Write("f", "x");
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => SampleFiles.Digest(Path.Combine(_folder, "f"), SampleFiles.MostBytes, cancelled.Token));
    }

    [Fact]
    public void Job_is_right_if_its_file_has_that_digest_now_or_is_gone()
    {
        Write("f", "old");
        SampleFile file = Assert.Single(SampleFiles.Collect(_folder, default));
        AlteredFiles altered = new();
        Write("f", "abc");
        Assert.False(altered.Explains(file, "another digest", default));
        Assert.False(altered.ExplainsFailure(file));
        Assert.Equal((0, 0), (altered.Changed, altered.Deleted));

        Assert.True(altered.Explains(file, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", default));
        File.Delete(file.Path);
        Assert.True(altered.ExplainsFailure(file));
        Assert.Equal((1, 1), (altered.Changed, altered.Deleted));
    }

    private void Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
