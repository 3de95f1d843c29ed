using System.Globalization;
using System.Text;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Kinds;

public sealed class ExecKindTests(ExecCluster cluster) : IClassFixture<ExecCluster>
{
    // 1 to 31; those above are the C library's own or nobody's.
    private const ulong StandardSignals = 0x7FFFFFFF;

    [Fact]
    public async Task Standard_output_is_the_result_and_bytes_that_are_no_text_go_in_and_out()
    {
        byte[] odd = [(byte)'a', 0xFF, (byte)' ', (byte)'\'', (byte)'\n', 0xC3];
        JobResult result = await cluster.RunAsync(ExecCluster.Exec($$"""{"argv":["printf","%s|%s",{"b64":"{{Convert.ToBase64String(odd)}}"},"ä \" $HOME"]}"""));
        Assert.Equal([.. odd, .. "|ä \" $HOME"u8], result.Result.ToArray());
    }

    [Fact]
    public async Task Standard_input_folder_and_environment_are_those_of_the_payload_over_the_workers()
    {
        byte[] input = [0, 1, 0xFE, (byte)'\n'];
        JobResult bytes = await cluster.RunAsync(ExecCluster.Exec($$$"""{"argv":["cat"],"stdin":{"b64":"{{{Convert.ToBase64String(input)}}}"}}"""));
        Assert.Equal(input, bytes.Result.ToArray());

        JobResult result = await cluster.RunAsync(ExecCluster.Shell(
            "pwd; echo \"$NEW,${HOME-none},${ACTORBALANCER__WORKER__EXEC__OUTPUT-none},$ACTORBALANCER_JOB,$ACTORBALANCER_ATTEMPT\"; cat",
            more: new { cwd = "/usr", env = new Dictionary<string, string?> { ["NEW"] = "a=b", ["HOME"] = null } }));
        Assert.Equal($"/usr\na=b,none,none,{result.Id},1\n", Encoding.UTF8.GetString(result.Result.Span));
    }

    [Fact]
    public async Task A_command_has_default_signals_no_terminal_and_no_descriptor_but_the_three()
    {
        foreach ((string signal, int number) in new[] { ("PIPE", 13), ("INT", 2), ("QUIT", 3), ("CHLD", 0) })
        {
            JobResult signalled = await cluster.RunAsync(ExecCluster.Shell($"kill -{signal} $$"));
            Assert.Equal(number == 0 ? null : $"ended by signal {number}", signalled.Error);
        }
        JobResult mask = await cluster.RunAsync(ExecCluster.Exec("""{"argv":["sed","-En","s/^Sig(Blk|Ign)://p","/proc/self/status"]}"""));
        foreach (string set in Encoding.UTF8.GetString(mask.Result.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal(0UL, ulong.Parse(set, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) & StandardSignals);
        JobResult descriptors = await cluster.RunAsync(ExecCluster.Exec("""{"argv":["ls","/proc/self/fd"]}"""));
        Assert.Equal("0\n1\n2\n3\n", Encoding.UTF8.GetString(descriptors.Result.Span));
        Assert.NotNull((await cluster.RunAsync(ExecCluster.Shell("exec 9</dev/tty"))).Error);
    }

    [Fact]
    public async Task An_exit_code_fails_the_attempt_which_is_repeated_by_the_policy()
    {
        string file = Path.GetTempFileName();
        JobResult result = await cluster.RunAsync(ExecCluster.Shell($"echo $ACTORBALANCER_ATTEMPT >> {file}; echo lost; echo 'this is why' >&2; exit 3", attempts: 3));
        Assert.Equal(JobState.Dead, result.State);
        Assert.Equal("exit code 3: this is why", result.Error);
        Assert.Equal("1\n2\n3\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Fact]
    public async Task Without_retry_a_failure_is_the_end()
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell("exit 3", attempts: 3, more: new { retry = false }));
        Assert.Equal((JobState.Discarded, "exit code 3"), (result.State, result.Error));
    }

    [Fact]
    public async Task A_report_holds_exit_code_and_both_outputs()
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell("echo one; printf two >&2; exit 3", more: new { report = true }));
        Assert.Equal("{\"exit\":3,\"signal\":0,\"stdout\":4,\"stderr\":3}\none\ntwo", Encoding.UTF8.GetString(result.Result.Span));
        JobResult killed = await cluster.RunAsync(ExecCluster.Shell("kill -9 $$", more: new { report = true }));
        Assert.Equal("{\"exit\":0,\"signal\":9,\"stdout\":0,\"stderr\":0}\n", Encoding.UTF8.GetString(killed.Result.Span));
    }

    [Theory]
    [InlineData("yes", "standard output")]
    [InlineData("yes >&2", "standard error")]
    public async Task Too_much_output_kills_the_command_and_says_so(string script, string stream)
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell(script));
        Assert.Contains($"more than {ExecCluster.OutputLimit} bytes to {stream}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_up_to_the_limit_is_whole()
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell($"head -c {ExecCluster.OutputLimit} /dev/zero"));
        Assert.Equal(new byte[ExecCluster.OutputLimit], result.Result.ToArray());
    }

    [Fact]
    public async Task Over_its_time_limit_a_command_is_ended_with_its_children()
    {
        string file = Path.GetTempFileName();
        JobRequest job = ExecCluster.Shell($"sleep 999 & echo $$ $! >> {file}; wait") with { TimeLimit = TimeSpan.FromSeconds(5) };
        JobResult result = await cluster.RunAsync(job);
        Assert.Equal(JobState.Dead, result.State);
        foreach (int process in await ExecCluster.NumbersIn(file, 2))
            await Eventually.IsTrue(() => !ProcessTable.Lives(process), $"process {process} is gone");
        File.Delete(file);
    }

    [Fact]
    public async Task A_cancelled_command_may_clean_up_and_is_killed_if_it_does_not_end()
    {
        string file = Path.GetTempFileName();
        JobId polite = await cluster.Cluster.Client.SubmitAsync(ExecCluster.Shell($"trap 'echo 1 >> {file}; exit' TERM; echo $$ >> {file}; sleep 999 & wait"));
        int first = Assert.Single(await ExecCluster.NumbersIn(file, 1));
        await cluster.Cluster.Client.CancelAsync(polite);
        Assert.Equal([first, 1], await ExecCluster.NumbersIn(file, 2));

        JobId deaf = await cluster.Cluster.Client.SubmitAsync(ExecCluster.Shell($"trap '' TERM; echo $$ >> {file}; while :; do sleep 999; done"));
        int second = (await ExecCluster.NumbersIn(file, 3))[2];
        await cluster.Cluster.Client.CancelAsync(deaf);
        Assert.Equal(JobState.Cancelled, (await cluster.Cluster.Client.WaitAsync(deaf).WaitAsync(Eventually.Deadline)).State);
        await Eventually.IsTrue(() => !ProcessTable.Lives(second), "it is gone");
        File.Delete(file);
    }

    [Fact]
    public async Task What_a_command_leaves_behind_ends_with_it_in_another_session_too()
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell("sleep 999 & echo $!; setsid sleep 999 & echo $!; sleep 0.2"));
        int[] left = [.. Encoding.UTF8.GetString(result.Result.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        Assert.Equal(2, left.Length);
        foreach (int process in left)
            await Eventually.IsTrue(() => !ProcessTable.Lives(process), $"process {process} is gone");
    }

    [Fact]
    public async Task What_hides_in_another_session_without_its_environment_ends_when_nothing_else_runs()
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Shell("env -i setsid sleep 999 >/dev/null 2>&1 & echo $!; sleep 0.2"));
        int left = int.Parse(Encoding.UTF8.GetString(result.Result.Span), CultureInfo.InvariantCulture);
        await Eventually.IsTrue(() => !ProcessTable.Lives(left), $"process {left} is gone");
    }

    [Theory]
    [InlineData("""{"argv":[]}""", "names no program")]
    [InlineData("""{"argv":"ls"}""", "exec takes")]
    [InlineData("""{"args":["ls"]}""", "'args' is unknown")]
    [InlineData("""{"argv":["ls",{"b64":"?"}]}""", "exec takes")]
    [InlineData("""{"argv":["ls","a\u0000b"]}""", "zero byte")]
    [InlineData("""{"argv":["ls","\ud800"]}""", "exec takes")]
    [InlineData("""{"argv":["ls"],"cwd":"here"}""", "absolute path")]
    [InlineData("""{"argv":["ls"],"env":{"A=B":"C"}}""", "env has a name")]
    [InlineData("[]", "exec takes")]
    public async Task A_payload_that_says_something_else_is_discarded_with_what_is_right(string payload, string says)
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Exec(payload) with { Attempts = 5 });
        Assert.Equal(JobState.Discarded, result.State);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"argv":["no-such-program"]}""", "there is no program 'no-such-program' on this worker")]
    [InlineData("""{"argv":["/etc/passwd"]}""", "there is no program")]
    [InlineData("""{"argv":["./ls"]}""", "there is no program")]
    [InlineData("""{"argv":["ls"],"cwd":"/no/such/folder"}""", "cannot be started in '/no/such/folder': No such file or directory")]
    public async Task A_command_that_cannot_be_started_fails_its_attempt_and_says_why(string payload, string says)
    {
        JobResult result = await cluster.RunAsync(ExecCluster.Exec(payload));
        Assert.Equal(JobState.Dead, result.State);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }
}
