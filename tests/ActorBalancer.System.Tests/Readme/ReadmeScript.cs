using System.Globalization;
using System.Text;

namespace ActorBalancer.SystemTests.Readme;

/// <summary>
/// The README as one bash script: its blocks share a shell, as a reader's would. A line that ends with <c># exits N</c> has to
/// end so; every other one has to succeed. Where the README names the default addresses, those stand that the cluster
/// of the first terminal said it has.
/// </summary>
internal static class ReadmeScript
{
    private const string Beginning = """
        set -euo pipefail
        trap 'code=$?; [ "$code" -eq 0 ] || echo "### failed with $code at README line $at: $BASH_COMMAND" >&2' EXIT
        terminals=()
        exits() { # CODE COMMAND...: runs the rest and wants this exit code
          local want=$1 got=0; shift
          eval "$*" || got=$?
          [ "$got" -eq "$want" ] || { echo "### README line $at: exit code $got instead of $want: $*" >&2; return 1; }
        }
        in_terminal() { # FILE: waits until the command that was started last has said that it is ready
          until grep -q " is ready at \| is up" "$1"; do
            kill -0 "$!" 2>/dev/null || { echo "### README line $at ended early:" >&2; cat "$1" >&2; return 1; }
            sleep 0.1
          done
        }
        """;

    private const string Ending = """
        for ((i = ${#terminals[@]} - 1; i >= 0; i--)); do
          kill -INT -- "-${terminals[i]}"
          code=0; wait "${terminals[i]}" || code=$?
          [ "$code" -eq 0 ] || { echo "### the terminal of README line ${lines[i]} ended with $code" >&2; cat "$LOGS/${lines[i]}" >&2; exit 1; }
        done
        """;

    public static string Of(IEnumerable<ReadmeBlock> blocks)
    {
        StringBuilder script = new(Beginning);
        script.Append("\nlines=()\n");
        foreach (ReadmeBlock block in blocks)
        {
            script.Append(CultureInfo.InvariantCulture, $"at={block.Line}; echo \"### README line $at\"\n");
            if (block.IsTerminal)
                Terminal(block, script);
            else
                script.Append(Lines(block.Text));
        }
        return script.Append(Ending).Append('\n').ToString().ReplaceLineEndings("\n");
    }

    // Job control gives the terminal's commands a process group of their own, which Ctrl-C goes to as a whole.
    private static void Terminal(ReadmeBlock block, StringBuilder script) => script.Append(CultureInfo.InvariantCulture, $$"""
        lines+=("$at"); set -m
        { {{Addresses(block.Text)}}
        } > "$LOGS/$at" 2>&1 < /dev/null &
        terminals+=("$!"); set +m
        in_terminal "$LOGS/$at"
        [ -n "${HTTP_ADDRESS:-}" ] || HTTP_ADDRESS=$(grep -o 'http://[0-9.]*:[0-9]*' "$LOGS/$at" | head -n 1)
        [ -n "${SEED_ADDRESS:-}" ] || SEED_ADDRESS=$(grep -o -e '--seed [0-9.]*:[0-9]*' "$LOGS/$at" | head -n 1 | cut -d' ' -f2)

        """);

    private static string Lines(string text)
    {
        StringBuilder lines = new();
        foreach (string line in Addresses(text).Split('\n'))
        {
            int mark = line.LastIndexOf("# exits ", StringComparison.Ordinal);
            lines.Append(mark < 0 ? line : $"exits {line[(mark + 8)..].Trim()} {Quoted(line[..mark])}").Append('\n');
        }
        return lines.ToString();
    }

    private static string Addresses(string text) => text
        .Replace("http://127.0.0.1:8600", "${HTTP_ADDRESS}", StringComparison.Ordinal)
        .Replace("127.0.0.1:8601", "${SEED_ADDRESS}", StringComparison.Ordinal);

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
