using System.Text.Json;
using ActorBalancer.SystemTests.Processes;

namespace ActorBalancer.SystemTests.Tools;

public sealed class ConfigTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Empty_file_is_valid()
    {
        ToolRun check = (await Run([], "config", "check", "--config", _file)).Succeeded();
        Assert.Equal($"{_file} is valid.\n", check.Output);
        Assert.True((await Run([], "config", "check", "--config", _file, "--role", "router", "--json")).Succeeded().Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Check_lists_all_errors_at_once_on_standard_error()
    {
        await File.WriteAllTextAsync(_file, "actorbalancer { worker.slots = many\n stoer = memory }");
        KeyValuePair<string, string>[] environment = [new("ACTORBALANCER__ROUTER__BATCH_JOBS", "0")];
        ToolRun check = await Run(environment, "config", "check", "--config", _file);
        Assert.Equal(2, check.Exit);
        Assert.Equal("", check.Output);
        Assert.Equal(3, check.Error.TrimEnd('\n').Split('\n').Length);

        ToolRun json = await Run(environment, "config", "check", "--config", _file, "--json");
        Assert.Equal(2, json.Exit);
        JsonElement[] errors = [.. json.Json.GetProperty("errors").EnumerateArray()];
        Assert.Equal(3, errors.Length);
        Assert.Contains(errors, e => e.GetProperty("key").GetString() == "actorbalancer.worker.slots" && e.GetProperty("value").GetString() == "many"
            && e.GetProperty("origin").GetString() == $"{_file}, line 1");
    }

    [Fact]
    public async Task Worker_without_a_seed_is_told_what_it_lacks_until_one_is_given()
    {
        Assert.Contains("--seed", (await Run([], "config", "check", "--role", "worker", "--config", _file)).Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal("", (await Run([], "config", "check", "--role", "worker", "--config", _file, "--seed", "127.0.0.1:8601")).Succeeded().Error);
        Assert.Equal(2, (await Run([], "config", "check", "--role", "worker", "--config", _file, "--seed", "nowhere")).Exit);
    }

    [Fact]
    public async Task Akka_block_that_lowers_the_frame_limit_is_an_error()
    {
        await File.WriteAllTextAsync(_file, "akka.remote.dot-netty.tcp.maximum-frame-size = 64000b");
        ToolRun check = await Run([], "config", "check", "--config", _file);
        Assert.Equal(2, check.Exit);
        Assert.Contains("maximum-frame-size", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_names_the_origin_of_each_value_and_hides_secrets()
    {
        await File.WriteAllTextAsync(_file, """
            actorbalancer.queues.mail.attempts = 3
            akka.remote.dot-netty.tcp.ssl.certificate.password = geheim
            akka.loglevel = DEBUG
            """);
        KeyValuePair<string, string>[] environment = [new("ACTORBALANCER__WORKER__DRAIN", "7s")];
        JsonElement[] entries = [.. (await Run(environment, "config", "show", "--config", _file, "--role", "router", "--json")).Succeeded().Json.EnumerateArray()];
        Assert.Equal(("3", $"{_file}, line 1"), Entry("actorbalancer.queues.mail.attempts"));
        Assert.Equal(("7s", "environment variable ACTORBALANCER__WORKER__DRAIN"), Entry("actorbalancer.worker.drain"));
        Assert.Equal(("256 KiB", "default"), Entry("actorbalancer.limits.payload"));
        Assert.Equal("""["router"]""", Entry("actorbalancer.roles").Value);
        Assert.Equal(("DEBUG", _file), Entry("akka.loglevel"));
        Assert.Equal("(hidden)", Entry("akka.remote.dot-netty.tcp.ssl.certificate.password").Value);

        ToolRun text = (await Run(environment, "config", "show", "--config", _file)).Succeeded();
        Assert.DoesNotContain("geheim", text.Output, StringComparison.Ordinal);
        Assert.Contains(text.Lines, l => l.StartsWith("actorbalancer.worker.drain = 7s ", StringComparison.Ordinal) && l.EndsWith("# environment variable ACTORBALANCER__WORKER__DRAIN", StringComparison.Ordinal));

        (string? Value, string? Origin) Entry(string key)
        {
            JsonElement entry = entries.Single(e => e.GetProperty("key").GetString() == key);
            return (entry.GetProperty("value").GetString(), entry.GetProperty("origin").GetString());
        }
    }

    [Fact]
    public async Task File_that_is_not_there_is_wrong_usage()
    {
        ToolRun show = await Run([], "config", "show", "--config", "/nonexistent/file.conf");
        Assert.Equal(2, show.Exit);
        Assert.Contains("/nonexistent/file.conf", show.Error, StringComparison.Ordinal);
    }

    private static Task<ToolRun> Run(KeyValuePair<string, string>[] environment, params string[] arguments) => ToolRun.RunAsync(environment, "", arguments);
}
