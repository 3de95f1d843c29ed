using System.Text;

namespace ActorBalancer.SystemTests.Http;

/// <summary>What a lenient reader would repair or overlook is refused, on both ways in, and nothing of it is accepted.</summary>
[Collection(SharedNodeCollection.Name)]
public sealed class MalformedBodyTests(SharedNode shared)
{
    private const string Job = """{"kind":"echo","payload":{"a":[1,"x"]},"queue":"malformed","source":"s"}""";

    private HttpNode Node => shared.Node;

    public static TheoryData<string> Texts =>
    [
        "", " ", "null", "[]", "1", "\"x\"", "{}", "{", "}", "[" + Job + "]", Job + Job, Job + ",", Job + " x", Job[..^1], "\uFEFF" + Job,
        """{"kind":"echo"}""", """{"payload":1}""", """{"kind":"echo","payload":}""", """{"kind":"echo","payload":1,}""",
        """{'kind':'echo','payload':1}""", """{kind:"echo","payload":1}""", """{"kind":"echo","payload":1} // c""", """{/**/"kind":"echo","payload":1}""",
        """{"kind":"echo","payload":NaN}""", """{"kind":"echo","payload":Infinity}""", """{"kind":"echo","payload":01}""", """{"kind":"echo","payload":+1}""",
        """{"kind":"echo","payload":1.}""", """{"kind":"echo","payload":.5}""", """{"kind":"echo","payload":"\x41"}""", "{\"kind\":\"echo\",\"payload\":\"\t\"}",
        """{"kind":"echo","payload":1,"kind":"echo"}""", """{"kind":"echo","payload":1,"payload":1}""", """{"kind":"echo","payload":1,"k\u0069nd":"echo"}""",
        """{"kind":"echo","payload":1,"Queue":"x"}""", """{"Kind":"echo","payload":1}""", """{"kind":"echo","payload":1,"time-limit":1}""",
        """{"kind":"echo","payload":1,"timeLimit":1}""", """{"kind":"echo","payload":1,"extra":1}""", """{"kind":"echo","payload":1,"":1}""",
        """{"kind":"echo","payload":1,"id":"0010000000000"}""", """{"kind":"echo","payload":1,"state":"waiting"}""", """{"kind":"echo","payload":1,"submitted_at":"2030-01-01T00:00:00Z"}""",
        """{"kind":null,"payload":1}""", """{"kind":"echo","payload":1,"queue":null}""", """{"kind":"echo","payload":1,"source":null}""",
        """{"kind":"echo","payload":1,"priority":null}""", """{"kind":"echo","payload":1,"delay":null}""", """{"kind":"echo","payload":1,"run_at":null}""",
        """{"kind":"echo","payload":1,"time_limit":null}""", """{"kind":"echo","payload":1,"attempts":null}""", """{"kind":"echo","payload":1,"key":null}""",
        """{"kind":"echo","payload":1,"key":"k"}""",
        """{"kind":"","payload":1}""", """{"kind":"Echo","payload":1}""", """{"kind":"-echo","payload":1}""", """{"kind":"e cho","payload":1}""", """{"kind":"écho","payload":1}""",
        """{"kind":["echo"],"payload":1}""", """{"kind":"echo\n","payload":1}""", """{"kind":"echo\u0000","payload":1}""", $$"""{"kind":"{{new string('a', 65)}}","payload":1}""",
        """{"kind":"echo","payload":1,"queue":""}""", """{"kind":"echo","payload":1,"queue":"A"}""", """{"kind":"echo","payload":1,"queue":"a/b"}""", """{"kind":"echo","payload":1,"queue":7}""",
        """{"kind":"echo","payload":1,"source":""}""", """{"kind":"echo","payload":1,"source":"a\u0000"}""", """{"kind":"echo","payload":1,"source":"a\tb"}""", """{"kind":"echo","payload":1,"source":"\u0085"}""",
        """{"kind":"echo","payload":1,"source":7}""", $$"""{"kind":"echo","payload":1,"source":"{{new string('s', 257)}}"}""",
        """{"kind":"echo","payload":1,"priority":-1}""", """{"kind":"echo","payload":1,"priority":10}""", """{"kind":"echo","payload":1,"priority":5.5}""", """{"kind":"echo","payload":1,"priority":5.0}""",
        """{"kind":"echo","payload":1,"priority":5e0}""", """{"kind":"echo","payload":1,"priority":"5"}""", """{"kind":"echo","payload":1,"priority":true}""", """{"kind":"echo","payload":1,"priority":99999999999999999999}""",
        """{"kind":"echo","payload":1,"attempts":0}""", """{"kind":"echo","payload":1,"attempts":1001}""", """{"kind":"echo","payload":1,"attempts":1.5}""", """{"kind":"echo","payload":1,"attempts":"1"}""",
        """{"kind":"echo","payload":1,"delay":-1}""", """{"kind":"echo","payload":1,"delay":-0.001}""", """{"kind":"echo","payload":1,"delay":315360001}""", """{"kind":"echo","payload":1,"delay":1e400}""",
        """{"kind":"echo","payload":1,"delay":"1"}""", """{"kind":"echo","payload":1,"time_limit":0}""", """{"kind":"echo","payload":1,"time_limit":-1}""", """{"kind":"echo","payload":1,"time_limit":604801}""",
        """{"kind":"echo","payload":1,"time_limit":[1]}""", """{"kind":"echo","payload":1,"delay":0,"run_at":"2030-01-01T00:00:00Z"}""",
        """{"kind":"echo","payload":1,"run_at":1893456000}""", """{"kind":"echo","payload":1,"run_at":""}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01"}""",
        """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00Z"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01 00:00:00Z"}""",
        """{"kind":"echo","payload":1,"run_at":"2030-02-29T00:00:00Z"}""", """{"kind":"echo","payload":1,"run_at":"2030-13-01T00:00:00Z"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T24:00:00Z"}""",
        """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:60Z"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00+24:00"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00+0100"}""",
        """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00.Z"}""", """{"kind":"echo","payload":1,"run_at":" 2030-01-01T00:00:00Z"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00ZZ"}""",
        """{"kind":"echo","payload":1,"run_at":"1999-12-31T23:59:59Z"}""", """{"kind":"echo","payload":1,"run_at":"2101-01-01T00:00:00Z"}""", """{"kind":"echo","payload":1,"run_at":"0000-01-01T00:00:00Z"}""",
        """{"kind":"echo","payload":1,"run_at":"0001-01-01T00:00:00+23:59"}""", """{"kind":"echo","payload":1,"run_at":"2030-01-01T00:00:00−01:00"}""",
        """{"kind":"echo","payload":"\ud800"}""", """{"kind":"echo","payload":"\udc00"}""", """{"kind":"echo","payload":"\ud800\ud800"}""", """{"kind":"echo","payload":"\ude00\ud83d"}""",
        """{"kind":"echo","payload":"\ud83dx\ude00"}""", """{"kind":"echo","payload":{"\ud800":1}}""", """{"kind":"echo","payload":[[{"a":"\uDFFF"}]]}""", """{"kind":"echo","payload":1,"source":"\ud800"}""",
        """{"kind":"echo","payload":1,"\ud800":1}""", """{"kind":"echo","payload":"\ud83d\\ude00"}""",
        Nested(64), Nested(65), Nested(5_000), $$"""{"kind":"echo","payload":{{string.Concat(Enumerable.Repeat("{\"a\":", 64))}}1{{new string('}', 64)}}}""",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Malformed_job_is_invalid(string text)
    {
        (await Node.SubmitAsync(text)).Is(400, "invalid");
        Answer bulk = (await Node.BulkAsync(text)).Is(400, "invalid");
        Assert.Equal(1, bulk.Json.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Sixty_four_levels_are_taken() => await Node.AcceptAsync(Nested(63));

    public static TheoryData<string, byte[]> Bytes => new()
    {
        { "a stray continuation", [0x80] },
        { "an overlong slash", [0xC0, 0xAF] },
        { "a surrogate", [0xED, 0xA0, 0x80] },
        { "beyond Unicode", [0xF4, 0x90, 0x80, 0x80] },
        { "a broken end", [0xE2, 0x82] },
        { "0xFF", [0xFF] },
    };

    [Theory]
    [MemberData(nameof(Bytes))]
    public async Task Broken_utf8_is_invalid_wherever_it_stands(string what, byte[] broken)
    {
        string[] places =
        [
            """{"kind":"echo","payload":"#"}""", """{"kind":"echo","payload":{"#":1}}""", """{"kind":"echo","payload":1,"source":"#"}""",
            """{"kind":"echo","payload":1,"#":1}""", """#{"kind":"echo","payload":1}""", """{"kind":"echo","payload":1}#""",
        ];
        foreach (string place in places)
        {
            string[] halves = place.Split('#');
            byte[] body = [.. Encoding.UTF8.GetBytes(halves[0]), .. broken, .. Encoding.UTF8.GetBytes(halves[1])];
            Answer answer = await Node.SubmitAsync(body);
            Assert.True(answer.Status == 400, $"{what} in {place}: {answer.Status} {answer.Text}");
        }
    }

    /// <summary>Bytes of a good job, changed at random by a fixed seed: whatever comes of it is accepted or a refusal, never a fault.</summary>
    [Fact]
    public async Task Damaged_bodies_never_make_the_server_fail()
    {
        Random dice = new(20_261_123);
        byte[] good = Encoding.UTF8.GetBytes(Job);
        byte[] pieces = "{}[]\",:\\u0\n\r \0\uFEFF\u00e9dnt1e-"u8.ToArray();
        for (int round = 0; round < 400; round++)
        {
            List<byte> body = [.. good];
            for (int change = dice.Next(4); change >= 0 && body.Count > 0; change--)
            {
                int at = dice.Next(body.Count);
                switch (dice.Next(4))
                {
                    case 0: body[at] = pieces[dice.Next(pieces.Length)]; break;
                    case 1: body.RemoveAt(at); break;
                    case 2: body.Insert(at, (byte)dice.Next(256)); break;
                    default: body.RemoveRange(at, body.Count - at); break;
                }
            }
            Answer answer = await Node.SubmitAsync([.. body]);
            if (answer.Status is not (201 or 422))
                answer.Is(400, "invalid");
        }
    }

    private static string Nested(int levels) => $$"""{"kind":"echo","payload":{{new string('[', levels)}}{{new string(']', levels)}}}""";
}
