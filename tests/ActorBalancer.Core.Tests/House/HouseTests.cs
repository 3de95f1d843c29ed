using System.Reflection;
using System.Text.RegularExpressions;
using NetArchTest.Rules;

namespace ActorBalancer.Core.Tests.House;

/// <summary>The rules of the house that a compiler does not check.</summary>
public sealed partial class HouseTests
{
    private const int LongestFile = 300;

    /// <summary>Files that are longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongerFiles = new()
    {
        ["src/ActorBalancer.Core/Dispatch/Dispatcher.Submits.cs"] = "keys, the turn and checkpoint 1 are one story",
        ["src/ActorBalancer.Core/Dispatch/Dispatcher.Outcomes.cs"] = "what becomes of a run is one story",
        ["src/ActorBalancer.Core/Dispatch/Dispatcher.Links.cs"] = "hello, report, resend, silence and death share the link's counters",
        ["src/ActorBalancer.Core/Intake/IntakeCore.cs"] = "one machine whose parts have files of their own already",
    };

    private static readonly Assembly Core = typeof(JobId).Assembly;

    [Fact]
    public void Core_references_nothing_but_the_framework()
    {
        IEnumerable<string> foreign = Core.GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System.", StringComparison.Ordinal) && n != "netstandard");
        Assert.Empty(foreign);
    }

    [Fact]
    public void Machines_read_no_clock_throw_no_dice_and_start_no_thread()
    {
        string[] machines = ["ActorBalancer.Dispatch", "ActorBalancer.Intake", "ActorBalancer.Work", "ActorBalancer.Ownership", "ActorBalancer.Strategies"];
        foreach (string machine in machines)
        {
            TestResult result = Types.InAssembly(Core).That().ResideInNamespace(machine).ShouldNot()
                .HaveDependencyOnAny("System.Random", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Threading.Thread", "System.Threading.Tasks.Task", "System.IO", "System.Net.Sockets")
                .GetResult();
            Assert.True(result.IsSuccessful, $"{machine}: {string.Join(", ", result.FailingTypeNames ?? [])}");
        }
    }

    [Fact]
    public void Strategies_see_nothing_of_the_dispatcher()
    {
        TestResult result = Types.InAssembly(Core).That().ResideInNamespace("ActorBalancer.Strategies").ShouldNot()
            .HaveDependencyOnAny("ActorBalancer.Dispatch", "ActorBalancer.Work", "ActorBalancer.Storage", "ActorBalancer.Intake").GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void Files_stay_short()
    {
        string root = Checkout.Root;
        var tooLong = new List<string>();
        foreach (string file in SourceFiles(root))
        {
            int lines = File.ReadLines(file).Count();
            string name = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (lines > LongestFile && !LongerFiles.ContainsKey(name))
                tooLong.Add($"{name}: {lines}");
        }
        Assert.Empty(tooLong);
    }

    [Fact]
    public void A_public_type_has_a_file_of_its_name()
    {
        string root = Checkout.Root;
        var strays = new List<string>();
        foreach (string file in SourceFiles(root))
        {
            string[] types = [.. PublicType().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value).Distinct()];
            string name = Path.GetFileName(file).Split('.', 2)[0];
            if (types.Length > 0 && !types.Contains(name))
                strays.Add($"{Path.GetRelativePath(root, file)} holds {string.Join(", ", types)}");
        }
        Assert.Empty(strays);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        string[] words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception"];
        string root = Checkout.Root;
        IEnumerable<string> found =
            from file in SourceFiles(root)
            from word in words
            where File.ReadAllText(file).Contains(word, StringComparison.Ordinal)
            select $"{Path.GetRelativePath(root, file)}: {word}";
        Assert.Empty(found);
    }

    [Fact]
    public void Each_rule_of_the_protocol_has_a_test_that_names_it()
    {
        string root = Checkout.Root;
        int rules = ProtocolRule().Count(File.ReadAllText(Path.Combine(root, "src", "README.md")));
        string tests = string.Concat(Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.Equal(12, rules);
        Assert.All(Enumerable.Range(1, rules), rule => Assert.Contains($"[Trait(\"Rule\", \"{rule}\")]", tests, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\d+\. \*\*", RegexOptions.Multiline)]
    private static partial Regex ProtocolRule();

    private static IEnumerable<string> SourceFiles(string root) =>
        Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"^public (sealed |static |abstract |readonly |partial )*(class|record struct|record|struct|interface|enum|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
