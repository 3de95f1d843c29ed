using System.Text;
using ActorBalancer.Hosting;
using ActorBalancer.Options;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Configuration;

/// <summary>What Akka's parser would swallow is an error with its line, and what passes is read as it is written.</summary>
public class HoconTextTests
{
    private static (HoconFile File, string[] Errors) Read(string text)
    {
        List<ConfigurationError> errors = [];
        HoconFile file = HoconFile.Read(text, "my.conf", errors);
        return (file, [.. errors.Select(e => e.ToString())]);
    }

    [Theory]
    [InlineData("a {\n b = 1\n", "line 3: the { of line 1 is never closed")]
    [InlineData("a = 1 }\nb = 2", "line 1: a } without its {")]
    [InlineData("a = 1\n}\nb = 2", "line 2: a } without its {")]
    [InlineData("a = ${?HOME}", "line 1: ${?...} is not supported; set the key from the environment by its own variable")]
    [InlineData("b = 1\na = ${nowhere}", "line 2: there is no nowhere in this file")]
    [InlineData("a = ${nowhere", "line 1: the ${ is not closed on its line")]
    [InlineData("a += 3", "line 1: += is not supported; write the whole list")]
    [InlineData("include \"x\"", "line 1: include is not supported")]
    [InlineData("a b = 3", "line 1: a has no value: = or { is missing")]
    [InlineData("a", "line 1: a has no value: = or { is missing")]
    [InlineData("a =\nb = 3", "line 1: the value of a is missing")]
    [InlineData("a = , b = 3", "line 1: the value of a is missing")]
    [InlineData("a = ", "line 1: the value of a is missing")]
    [InlineData("a = \"x", "line 1: the \" is not closed on its line")]
    [InlineData("a = \"x\nb = \"y\"", "line 1: the \" is not closed on its line")]
    [InlineData("a = \"\"\"x", "line 1: the \"\"\" of line 1 is never closed")]
    [InlineData("a = 10.0.0.1:80", "line 1: ':' inside the value of a: write it in \"quotes\"")]
    [InlineData("a = [10.0.0.1:80]", "line 1: ':' inside the item of a list: write it in \"quotes\"")]
    [InlineData("a = [1\n2", "line 2: the [ of line 1 is never closed")]
    [InlineData("a = [1,,2]", "line 1: a comma follows its item on the same line, and only one")]
    [InlineData("a = [1\n,2]", "line 2: a comma follows its item on the same line, and only one")]
    [InlineData("a = [1] x", "line 1: 'x' after the value of a")]
    [InlineData("a = {} x", "line 1: 'x' after the value of a")]
    [InlineData("a = 1 {", "line 1: '{' inside the value of a")]
    [InlineData("a = 1 ]", "line 1: ']' after the value of a")]
    [InlineData("{ a = 1 }", "line 1: a key is expected here, not '{'")]
    [InlineData("[1]", "line 1: a key is expected here, not '['")]
    [InlineData("a..b = 1", "line 1: a key is expected here, not '.'")]
    [InlineData("a. = 1", "line 1: a key is expected here, not ' '")]
    [InlineData(", a = 1", "line 1: a key is expected here, not ','")]
    public void Broken_text_is_an_error_with_its_line(string text, string error)
    {
        (HoconFile file, string[] errors) = Read(text);
        Assert.Equal([$"{error} (my.conf)"], errors);
        Assert.Empty(file.Root.Children);
    }

    [Fact]
    public void Escape_that_the_parser_does_not_know_is_an_error() => Assert.Single(Read("a = \"\\q\"").Errors);

    [Fact]
    public void Nesting_without_end_is_an_error_and_no_stack_overflow() =>
        Assert.Contains("blocks inside each other", Assert.Single(Read(string.Concat(Enumerable.Repeat("a {", 100_000))).Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("a = 1 # x", "1")]
    [InlineData("a = 1 // x", "1")]
    [InlineData("a=1,", "1")]
    [InlineData("a : 30 s", "30 s")]
    [InlineData("a = \"# // } , :\"", "# // } , :")]
    [InlineData("a = \"q\\\"q\"", "q\"q")]
    [InlineData("a = \"\"\"x\"y\"\"\"", "x\"y")]
    [InlineData("b = 2\na = ${b}", "2")]
    [InlineData("\"a\" = 1\r\n", "1")]
    [InlineData("b {}, a = 1", "1")]
    [InlineData("b = {}, a = 1", "1")]
    [InlineData("b { c = \"},\" }, a = 1", "1")]
    [InlineData("b =\n{ c = 1 }\na = 1", "1")]
    [InlineData("b = [ { c = 1, d = 2 }, { c = 1 } ]\na = 1", "1")]
    public void Text_that_is_right_is_read(string text, string a)
    {
        (HoconFile file, string[] errors) = Read(text);
        Assert.Empty(errors);
        Assert.Equal(a, Assert.IsType<ConfigText>(file.Root.Child("a")).Text);
    }

    [Fact]
    public void Value_knows_its_line()
    {
        ConfigBlock root = Read("# one\na {\n  b = 1\n\n  c.d = [\n    2 ]\n}").File.Root;
        Assert.Equal("my.conf, line 3", root.Find(["a", "b"])!.Origin);
        Assert.Equal("my.conf, line 5", root.Find(["a", "c", "d"])!.Origin);
    }

    /// <summary>Random trees, written in random ways, come back as they were: the scanner agrees with Akka's parser.</summary>
    [Fact]
    public void Every_text_that_passes_is_read_as_it_is_written()
    {
        Gen<string> key = OneOf("a", "b", "long-key", "c.d", "x_1", "mail.eu");
        Gen<string> text = OneOf("1", "0.5", "30 s", "on", "", "a:1", "with \"quotes\"", "# no comment", "},]", "a\\b", "//", "é");
        Gen<ConfigNode> leaf = Gen.OneOf<ConfigNode>(
            text.Select(t => (ConfigNode)new ConfigText(t, "")),
            text.List[0, 3].Select(t => (ConfigNode)new ConfigList(t, "")));
        Gen<ConfigNode> inner = Gen.OneOf(leaf, Block(key, leaf));
        Gen<ConfigNode> root = Block(key, Gen.OneOf(inner, Block(key, inner)));
        Gen.Select(root, Gen.Int[0, int.MaxValue]).Sample((tree, seed) =>
        {
            StringBuilder written = new();
            Write((ConfigBlock)tree, new Random(seed), written, depth: 0);
            (HoconFile file, string[] errors) = Read(written.ToString());
            Assert.True(errors.Length == 0, $"{string.Join('\n', errors)}\n{written}");
            Assert.True(Same(tree, file.Root), written.ToString());
        });
    }

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static Gen<ConfigNode> Block(Gen<string> key, Gen<ConfigNode> child) =>
        Gen.Dictionary(key, child)[0, 4].Select(d => (ConfigNode)new ConfigBlock(new(d, StringComparer.Ordinal), ""));

    private static bool Same(ConfigNode a, ConfigNode b) => (a, b) switch
    {
        (ConfigText x, ConfigText y) => x.Text == y.Text,
        (ConfigList x, ConfigList y) => x.Items.SequenceEqual(y.Items),
        (ConfigBlock x, ConfigBlock y) => x.Children.Keys.SequenceEqual(y.Children.Keys) && x.Children.All(c => Same(c.Value, y.Children[c.Key])),
        _ => false,
    };

    private static void Write(ConfigBlock block, Random dice, StringBuilder to, int depth)
    {
        foreach ((string key, ConfigNode node) in block.Children)
        {
            to.Append(' ', 2 * depth).Append(key.Contains('.', StringComparison.Ordinal) || dice.Next(4) == 0 ? $"\"{key}\"" : key);
            string assign = dice.Next(3) switch { 0 => "=", 1 => " = ", _ => ": " };
            switch (node)
            {
                case ConfigText text:
                    to.Append(assign).Append(Value(text.Text, dice));
                    break;
                case ConfigList list:
                    string comma = dice.Next(3) switch { 0 => ", ", 1 => ",\n   ", _ => "\n   " };
                    to.Append(assign).Append('[').AppendJoin(comma, list.Items.Select(i => Value(i, dice))).Append(dice.Next(2) == 0 ? "]" : " ]");
                    break;
                case ConfigBlock inner:
                    to.Append(dice.Next(3) switch { 0 => assign, 1 => " ", _ => "" }).Append(dice.Next(2) == 0 ? "{\n" : "{ # open\n");
                    Write(inner, dice, to, depth + 1);
                    to.Append(' ', 2 * depth).Append('}');
                    break;
            }

            to.Append(dice.Next(5) switch { 0 => ",\n", 1 => ", ", 2 => " # said\n", 3 => " // said\r\n", _ => "\n\n" });
        }
    }

    private static string Value(string text, Random dice) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.') && text.Length > 0 && dice.Next(2) == 0
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
