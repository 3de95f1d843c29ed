using System.Diagnostics;
using System.Text;
using ActorBalancer.Node.Processes;
using ActorBalancer.SystemTests.Processes;
using Xunit.Abstractions;

namespace ActorBalancer.SystemTests.Map;

/// <summary>Each test runs the verb with a cluster of its own.</summary>
public sealed class MapTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        // Not by .NET, which cannot name all of the files.
        using Process remove = Process.Start("rm", ["-rf", _folder]);
        remove.WaitForExit();
    }

    [Fact]
    public async Task It_equals_the_command_run_directly_over_files_with_any_bytes_in_their_names()
    {
        // By a shell, since .NET can make no file whose name is no UTF-8.
        await ShellAsync("""
            i=0; while [ $i -lt 40 ]; do echo "content $i" > "file $i"; i=$((i+1)); done
            for f in "a b" "quote'" 'double"' "$(printf 'new\nline')" "$(printf 'not\377utf8')" '{}' '*' '\' ' lead' 'ä'; do echo "$f" > "$f"; done
            find . -type f -print0 > ../$(basename "$PWD").list
            xargs -0 -n 1 sha256sum < ../$(basename "$PWD").list > ../$(basename "$PWD").sums
            """);
        byte[] list = await File.ReadAllBytesAsync(_folder + ".list"), sums = await File.ReadAllBytesAsync(_folder + ".sums");
        File.Delete(_folder + ".list");
        File.Delete(_folder + ".sums");
        Assert.Equal(50, list.Count(b => b == 0));

        await using MapCall map = MapCall.StartIn(_folder, "--keep-order", "-0", "--", "sha256sum", "{}");
        MapAnswer answer = await map.EndAsync(list);
        Assert.Equal((0, "map: 50 done, 0 failed\n"), (answer.ExitCode, answer.Error));
        Assert.Equal(sums, answer.Output);
    }

    [Fact]
    public async Task Each_line_fills_every_hole_and_comes_last_where_there_is_none()
    {
        MapAnswer holes = await MapCall.RunAsync("a\nb c\n\n'd'"u8.ToArray(), "--keep-order", "--", "printf", "%s|%s\\n", "<{}{}>", "{}");
        Assert.Equal("<aa>|a\n<b cb c>|b c\n<>|\n<'d''d'>|'d'\n", holes.Text);
        Assert.Equal("map: 4 done, 0 failed\n", holes.Error);
        MapAnswer last = await MapCall.RunAsync("a b\n"u8.ToArray(), "echo", "-n");
        Assert.Equal("a b", last.Text);
    }

    [Fact]
    public async Task Outputs_are_whole_and_without_order_come_as_they_end()
    {
        // The first waits until the output of the second has been read.
        string sign = Path.Combine(_folder, "sign");
        string script = $"if [ $1 = 1 ]; then while [ ! -e {sign} ]; do sleep 0.01; done; fi; for i in a b c d e; do echo $1$i; done";
        await using MapCall map = MapCall.Start("--workers", "1", "--slots", "2", "--", "sh", "-c", script, "sh");
        await map.Input.WriteAsync("1\n2\n"u8.ToArray());
        await map.Input.FlushAsync();
        for (char i = 'a'; i <= 'e'; i++)
            Assert.Equal($"2{i}", await map.ReadLineAsync());
        File.WriteAllText(sign, "");
        MapAnswer answer = await map.EndAsync([]);
        Assert.Equal("1a\n1b\n1c\n1d\n1e\n", answer.Text);
    }

    [Fact]
    public async Task Failures_are_told_by_item_and_counted_and_what_they_wrote_is_kept()
    {
        MapAnswer answer = await MapCall.RunAsync(
            "0\n3\n9\n"u8.ToArray(), "--keep-order", "--", "sh", "-c", "echo out; printf 'why\\nand why' >&2; [ $1 = 9 ] && kill -9 $$; exit $1", "sh");
        Assert.Equal(1, answer.ExitCode);
        Assert.Equal("out\nout\nout\n", answer.Text);
        Assert.Equal(
            "0: why\n0: and why\n3: why\n3: and why\n3: exit code 3\n9: why\n9: and why\n9: ended by signal 9\nmap: 1 done, 2 failed\n", answer.Error);
    }

    [Fact]
    public async Task A_command_has_the_environment_of_the_caller_and_no_setting_of_ours()
    {
        MapAnswer answer = await MapCall.RunAsync("HOME\nDOTNET_TieredPGO\nACTORBALANCER__LIMITS__RESULT\n"u8.ToArray(), "--keep-order", "--", "sh", "-c", "env | grep ^$1=", "sh");
        Assert.Equal($"HOME={Environment.GetEnvironmentVariable("HOME")}\n", answer.Text);
        Assert.EndsWith("map: 1 done, 2 failed\n", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_repeat_what_failed()
    {
        string script = $"echo x >> {_folder}/$1; [ $(wc -l < {_folder}/$1) -eq $1 ]";
        MapAnswer answer = await MapCall.RunAsync("1\n2\n3\n4\n"u8.ToArray(), "--attempts", "3", "--keep-order", "--", "sh", "-c", script, "sh");
        Assert.Equal((1, "4: exit code 1\nmap: 3 done, 1 failed\n"), (answer.ExitCode, answer.Error));
    }

    [Fact]
    public async Task It_runs_the_first_item_before_the_input_ends()
    {
        await using MapCall map = MapCall.Start("--keep-order", "--", "echo");
        for (int i = 0; i < 3; i++)
        {
            await map.Input.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"));
            await map.Input.FlushAsync();
            Assert.Equal($"{i}", await map.ReadLineAsync());
        }
        Assert.Equal(0, (await map.EndAsync([])).ExitCode);
    }

    [Fact]
    public async Task No_input_is_no_work_and_a_success()
    {
        MapAnswer answer = await MapCall.RunAsync([], "--", "false");
        Assert.Equal((0, "", "map: 0 done, 0 failed\n"), (answer.ExitCode, answer.Text, answer.Error));
    }

    [Fact]
    public async Task Whoever_closes_its_output_early_ends_it_quietly()
    {
        await using MapCall map = MapCall.Start("--keep-order", "--", "echo");
        Task feeding = Task.Run(async () =>
        {
            while (true)
                await map.Input.WriteAsync("x\n"u8.ToArray());
        });
        Assert.Equal("x", await map.ReadLineAsync());
        map.Output.Close();
        Assert.Equal(141, await map.ExitAsync());
        Assert.Equal("", await map.Error);
        await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.IsType<IOException>(feeding.Exception!.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_commands_and_exits_130()
    {
        string file = Path.Combine(_folder, "running");
        await using MapCall map = MapCall.Start("--workers", "2", "--slots", "1", "--", "sh", "-c", $"sleep 999 & echo $$ $! >> {file}; wait", "sh");
        await map.Input.WriteAsync("1\n2\n3\n"u8.ToArray());
        await map.Input.FlushAsync();
        int[] processes = [];
        await Eventually.IsTrue(() => File.Exists(file) && (processes = Numbers(file)).Length == 4, "two commands run");
        Signals.Send(map.Pid, Signals.Interrupt);
        Assert.Equal(130, await map.ExitAsync());
        Assert.Equal("map: stopped; 0 done, 0 failed\n", await map.Error);
        Assert.DoesNotContain(processes, ProcessTable.Lives);
    }

    [Fact]
    public async Task The_commands_of_a_killed_worker_run_again_on_others()
    {
        string once = Path.Combine(_folder, "once");
        // The first to come kills its worker: the guard's parent.
        string script = $"if mkdir {once} 2>/dev/null; then kill -9 $(sed -n 's/^PPid:.//p' /proc/$PPID/status); sleep 999; fi; echo $1";
        MapAnswer answer = await MapCall.RunAsync(Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(1, 30))), "--", "sh", "-c", script, "sh");
        output.WriteLine(answer.Error);
        Assert.Equal(0, answer.ExitCode);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"{i}").Order(StringComparer.Ordinal), answer.Sorted);
        Assert.Contains("ended with exit code 137; its commands run again and another worker is started", answer.Error, StringComparison.Ordinal);
        Assert.EndsWith("map: 30 done, 0 failed\n", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_large_fails_alone()
    {
        byte[] input = [.. "1000\n17000000\n"u8, .. Enumerable.Repeat((byte)'9', 200_000), (byte)'\n', .. "2000"u8];
        MapAnswer answer = await MapCall.RunAsync(input, "--keep-order", "--", "head", "-c", "{}", "/dev/zero");
        Assert.Equal(1, answer.ExitCode);
        Assert.Equal(new byte[3000], answer.Output);
        string[] errors = answer.Error.TrimEnd().Split('\n');
        Assert.StartsWith("17000000: killed: it wrote more than 16", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("99999", errors[1], StringComparison.Ordinal);
        Assert.EndsWith("...: longer than 131071 bytes, which no argument may be", errors[1], StringComparison.Ordinal);
        Assert.Equal("map: 2 done, 2 failed", errors[2]);
    }

    [Fact]
    public async Task With_a_strategy_every_worker_gets_some_and_may_run_this_program_only()
    {
        MapAnswer answer = await MapCall.RunAsync(
            Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(1, 30))), "--workers", "3", "--strategy", "round-robin", "--", "sh", "-c",
            "w=$(sed -n 's/^PPid:.//p' /proc/$PPID/status); tr '\\0' '\\n' < /proc/$w/environ | grep EXEC__ALLOW; echo $w", "sh");
        string[] lines = [.. answer.Sorted];
        Assert.Equal(30, lines.Count(l => l.StartsWith("ACTORBALANCER__WORKER__EXEC__ALLOW__0=/", StringComparison.Ordinal) && l.EndsWith("/sh", StringComparison.Ordinal)));

        // A worker that is silent for a moment is passed over then, so the shares need not be equal.
        string[] workers = [.. lines.Where(l => char.IsAsciiDigit(l[0]))];
        Assert.Equal((30, 3), (workers.Length, workers.Distinct().Count()));
    }

    [Theory]
    [InlineData("xterm", true)]
    [InlineData("dumb", false)]
    public async Task Progress_is_for_a_terminal_that_can_show_it_while_the_results_go_elsewhere(string terminal, bool shown)
    {
        ProcessStartInfo map = Executable.Of(typeof(Executable).Assembly.Location);
        string[] words = [map.FileName, .. map.ArgumentList, "map", "--keep-order", "--", "sh", "-c", "sleep 0.5; echo $1", "sh"];
        string command = string.Join(' ', words.Select(w => $"'{w}'"));
        // "script" runs it with standard error on a terminal of its own.
        ProcessStartInfo start = new("script", ["-qec", $"printf '1\\n2\\n' | {command} > {_folder}/results", "/dev/null"]) { RedirectStandardOutput = true };
        start.Environment["TERM"] = terminal;
        start.Environment.Remove("NO_COLOR");
        using Process script = Process.Start(start)!;
        string screen = await script.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Deadline);
        output.WriteLine(screen);
        Assert.Equal("1\n2\n", await File.ReadAllTextAsync(Path.Combine(_folder, "results")));
        Assert.Equal(shown, screen.Contains("under way", StringComparison.Ordinal));
        Assert.Equal(shown, screen.Contains('\e'));
        Assert.EndsWith("map: 2 done, 0 failed\r\n", screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map")]
    [InlineData("map", "--", "no-such-program")]
    [InlineData("map", "--", "{}")]
    [InlineData("map", "--slots", "0", "--", "echo")]
    [InlineData("map", "--workers", "33", "--", "echo")]
    [InlineData("map", "--attempts", "0", "--", "echo")]
    [InlineData("map", "--strategy", "fastest", "--", "echo")]
    [InlineData("map", "--url", "ftp://somewhere", "--", "echo")]
    [InlineData("map", "--url", "http://127.0.0.1:1", "--slots", "2", "--", "echo")]
    public async Task Wrong_usage_is_told_with_exit_code_2(params string[] arguments)
    {
        await using CommandRun run = CommandRun.Start(arguments);
        Assert.Equal(2, await run.ExitAsync());
        Assert.Equal("", await run.Output);
        Assert.NotEqual("", await run.Error);
    }

    private static int[] Numbers(string file)
    {
        string text = File.ReadAllText(file);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    private async Task ShellAsync(string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-e", "-c", script]) { WorkingDirectory = _folder })!;
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
