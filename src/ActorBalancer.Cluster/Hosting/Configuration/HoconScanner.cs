using System.Text;

namespace ActorBalancer.Hosting;

/// <summary>
/// Reads the outline of a HOCON text: is it well formed, and on which line stands which key. Akka's own parser, which
/// then reads the values, takes what is broken for something else: it ends without a word at a <c>}</c> too many, closes
/// what was left open, makes a key <c>a +</c> of <c>a += 1</c>, and never returns from <c>${?NAME}</c>. What passes here,
/// it reads as it is written.
/// </summary>
internal sealed class HoconScanner
{
    private const char Join = '\n';
    private const int Deepest = 64;
    private const string NotUnquoted = "$\"{}[]:=,+#`^?!@*&\\";

    private readonly string _text;
    private readonly List<(int At, int Length)> _cuts = [];
    private readonly Dictionary<string, int> _leaves = new(StringComparer.Ordinal);
    private int _at;
    private int _line = 1;
    private int _depth;

    private HoconScanner(string text) => _text = text;

    /// <summary>Keys with a value that are written twice; HOCON keeps the last one, the reader of the file may not.</summary>
    public List<(string[] Path, int First, int Second)> Repeated { get; } = [];

    /// <summary>Each <c>${path}</c> with its line.</summary>
    public List<(string Path, int Line)> Substitutions { get; } = [];

    /// <summary>
    /// The text without what HOCON has and Akka's parser stumbles over: a comma after <c>key { }</c>, which it refuses, and
    /// blanks in an empty list, which it takes for an item.
    /// </summary>
    public string ForAkka
    {
        get
        {
            StringBuilder text = new(_text);
            foreach ((int at, int length) in _cuts.OrderByDescending(c => c.At)) text.Remove(at, length);
            return text.ToString();
        }
    }

    /// <summary>The outline of <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">The text is not well formed; the message names the line.</exception>
    public static HoconScanner Scan(string text)
    {
        HoconScanner scanner = new(text);
        scanner.Members([], openedOn: 0);
        return scanner;
    }

    /// <summary>The segments of a dotted path, such as <c>actorbalancer.queues."mail.eu".strategy</c>.</summary>
    /// <exception cref="FormatException">This is not a path.</exception>
    public static string[] Path(string text)
    {
        HoconScanner scanner = new(text);
        string[] path = scanner.Key([]);
        return scanner.End ? path : throw scanner.Error($"{scanner.Shown} does not belong in a key");
    }

    /// <summary>The line on which the value of this key stands; 0 when it is not in the text.</summary>
    public int LineOf(IEnumerable<string> path) => _leaves.GetValueOrDefault(string.Join(Join, path));

    private bool End => _at >= _text.Length;

    private char Peek => End ? '\0' : _text[_at];

    private string Shown => End ? "the end of the text" : Peek == '\n' ? "the end of the line" : $"'{Peek}'";

    private bool Follows(string word) => string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0;

    private bool Comment => Peek == '#' || Follows("//");

    private FormatException Error(string problem) => new($"line {_line}: {problem}");

    private char Take()
    {
        char c = _text[_at++];
        if (c == '\n') _line++;
        return c;
    }

    private void Members(string[] prefix, int openedOn)
    {
        if (++_depth > Deepest) throw Error($"more than {Deepest} blocks inside each other");
        while (true)
        {
            SkipBlank();
            if (End && openedOn > 0) throw Error($"the {{ of line {openedOn} is never closed");
            if (End) break;
            if (Peek == '}' && openedOn == 0) throw Error("a } without its {");
            if (Peek == '}')
            {
                Take();
                break;
            }

            Member(prefix);
        }

        _depth--;
    }

    private void Member(string[] prefix)
    {
        string[] path = Key(prefix);
        int line = _line;
        SkipBlank();
        bool assigned = Peek is '=' or ':';
        if (Follows("+=")) throw Error("+= is not supported; write the whole list");
        if (!assigned && Peek != '{') throw new FormatException($"line {line}: {path[^1]} has no value: = or {{ is missing");
        if (assigned)
        {
            Take();
            SkipSpace();
            if (Peek is '\r' or '\n' || Comment) SkipBlankBeforeBlock(path, line);
        }

        switch (Peek)
        {
            case '{':
                Take();
                Members(path, _line);
                break;
            case '[':
                Record(path, line);
                Array();
                break;
            default:
                Record(path, line);
                Scalar($"the value of {path[^1]}");
                break;
        }

        SkipSpace();
        if (Peek == ',' && !assigned) _cuts.Add((_at, 1));
        if (Peek == ',') Take();
        else if (!End && Peek is not ('\r' or '\n' or '}') && !Comment) throw Error($"{Shown} after the value of {path[^1]}");
    }

    private void SkipBlankBeforeBlock(string[] path, int line)
    {
        SkipBlank();
        if (Peek is not ('{' or '[')) throw new FormatException($"line {line}: the value of {path[^1]} is missing");
    }

    private string[] Key(string[] prefix)
    {
        List<string> path = [.. prefix];
        do
        {
            if (path.Count > prefix.Length) Take();
            int start = _at;
            if (Peek == '"') path.Add(Quoted());
            else
            {
                while (!End && !char.IsWhiteSpace(Peek) && Peek != '.' && !NotUnquoted.Contains(Peek, StringComparison.Ordinal)) Take();
                path.Add(_text[start.._at]);
            }

            if (_at == start) throw Error($"a key is expected here, not {Shown}");
        }
        while (Peek == '.');
        if (path is ["include", ..] && Peek is not ('=' or ':')) throw Error("include is not supported");
        return [.. path];
    }

    private void Record(string[] path, int line)
    {
        string key = string.Join(Join, path);
        if (_leaves.TryGetValue(key, out int first)) Repeated.Add((path, first, line));
        _leaves[key] = line;
    }

    private void Array()
    {
        if (++_depth > Deepest) throw Error($"more than {Deepest} lists inside each other");
        int openedOn = _line;
        Take();
        int start = _at;
        SkipBlank();
        if (Peek == ']') _cuts.Add((start, _at - start));
        while (Peek != ']')
        {
            if (End) throw Error($"the [ of line {openedOn} is never closed");
            if (Peek == ',') throw Error("a comma follows its item on the same line, and only one");
            if (Peek == '{')
            {
                Take();
                int before = Repeated.Count;
                Members([$"item at {_at}"], _line);
                Repeated.RemoveRange(before, Repeated.Count - before);
            }
            else if (Peek == '[') Array();
            else Scalar("the item of a list");
            SkipSpace();
            if (Peek == ',') Take();
            else if (!End && Peek is not ('\r' or '\n' or ']') && !Comment) throw Error($"{Shown} after an item of a list");
            SkipBlank();
        }

        Take();
        _depth--;
    }

    /// <summary>One value on one line: quoted and unquoted pieces and substitutions.</summary>
    private void Scalar(string what)
    {
        int start = _at;
        while (!End && Peek is not ('\r' or '\n' or ',' or '}' or ']') && !Comment)
        {
            if (Follows("\"\"\"")) TripleQuoted();
            else if (Peek == '"') Quoted();
            else if (Follows("${")) Substitution();
            else if (Peek is '{' or '[') throw Error($"{Shown} inside {what}");
            else if (NotUnquoted.Contains(Peek, StringComparison.Ordinal)) throw Error($"{Shown} inside {what}: write it in \"quotes\"");
            else Take();
        }

        if (_at == start) throw Error($"{what} is missing");
    }

    private string Quoted()
    {
        StringBuilder text = new();
        Take();
        while (Peek != '"')
        {
            if (End || Peek is '\r' or '\n') throw Error("the \" is not closed on its line");
            char c = Take();
            if (c == '\\' && !End) c = Take();
            text.Append(c);
        }

        Take();
        return text.ToString();
    }

    private void TripleQuoted()
    {
        int openedOn = _line;
        _at += 3;
        while (!Follows("\"\"\""))
        {
            if (End) throw Error($"the \"\"\" of line {openedOn} is never closed");
            Take();
        }

        _at += 3;
    }

    private void Substitution()
    {
        int close = _text.IndexOf('}', _at);
        string path = close < 0 ? "" : _text[(_at + 2)..close];
        if (path.StartsWith('?')) throw Error("${?...} is not supported; set the key from the environment by its own variable");
        if (path.Length == 0 || path.Contains('\n', StringComparison.Ordinal)) throw Error("the ${ is not closed on its line");
        Substitutions.Add((path, _line));
        _at = close + 1;
    }

    private void SkipSpace()
    {
        while (Peek is ' ' or '\t') Take();
    }

    private void SkipBlank()
    {
        while (!End && (char.IsWhiteSpace(Peek) || Comment))
        {
            if (Comment) while (!End && Peek != '\n') Take();
            else Take();
        }
    }
}
