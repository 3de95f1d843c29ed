using System.Text;

namespace ActorBalancer.SystemTests.Http;

/// <summary>What a lenient reader would repair or overlook is refused, on both ways in, and nothing of it is accepted.</summary>
[Collection(SharedNodeCollection.Name)]
public sealed class MalformedBodyTests(SharedNode shared)
{
    private const string Job = """{"kind":"echo","payload":{"a":[1,"x"]},"queue":"malformed","source":"s"}""";

    private HttpNode Node => shared.Node;

    /// <summary>Texts that are no job as a whole.</summary>
    public static TheoryData<string> Texts =>
    [
        "", " ", "null", "[]", "1", "\"x\"", "{}", "{", "}", "[" + Job + "]", Job + Job, Job + ",", Job + " x", Job[..^1], "\uFEFF" + Job,
        """{"kind":"echo"}""", """{"payload":1}""", """{"kind":"echo","payload":}""", """{'kind':'echo','payload':1}""",
        """{kind:"echo","payload":1}""", """{"kind":"echo","payload":1} // c""", """{/**/"kind":"echo","payload":1}""",
        """{"kind":"echo","payload":NaN}""", """{"kind":"echo","payload":Infinity}""", """{"kind":"echo","payload":01}""",
        """{"kind":"echo","payload":+1}""", """{"kind":"echo","payload":1.}""", """{"kind":"echo","payload":.5}""",
        """{"kind":"echo","payload":"\x41"}""", "{\"kind\":\"echo\",\"payload\":\"\t\"}", """{"Kind":"echo","payload":1}""",
        """{"kind":null,"payload":1}""", """{"kind":"","payload":1}""", """{"kind":"Echo","payload":1}""",
        """{"kind":"-echo","payload":1}""", """{"kind":"e cho","payload":1}""", """{"kind":"écho","payload":1}""",
        """{"kind":["echo"],"payload":1}""", """{"kind":"echo\n","payload":1}""", """{"kind":"echo\u0000","payload":1}""",
        $$"""{"kind":"{{new string('a', 65)}}","payload":1}""", """{"kind":"echo","payload":"\ud800"}""",
        """{"kind":"echo","payload":"\udc00"}""", """{"kind":"echo","payload":"\ud800\ud800"}""",
        """{"kind":"echo","payload":"\ude00\ud83d"}""", """{"kind":"echo","payload":"\ud83dx\ude00"}""",
        """{"kind":"echo","payload":{"\ud800":1}}""", """{"kind":"echo","payload":[[{"a":"\uDFFF"}]]}""",
        """{"kind":"echo","payload":"\ud83d\\ude00"}""", Nested(64), Nested(65), Nested(5_000),
        $$"""{"kind":"echo","payload":{{string.Concat(Enumerable.Repeat("{\"a\":", 64))}}1{{new string('}', 64)}}}""",
    ];

    /// <summary>What makes a good job a bad one when it stands beside kind and payload; apostrophes stand for quotation marks.</summary>
    public static TheoryData<string> Members =>
    [
        "", "'kind':'echo'", "'payload':1", @"'k\u0069nd':'echo'", "'Queue':'x'", "'time-limit':1", "'timeLimit':1", "'extra':1", "'':1",
        "'id':'0010000000000'", "'state':'waiting'", "'submitted_at':'2030-01-01T00:00:00Z'", "'queue':null", "'source':null",
        "'priority':null", "'delay':null", "'run_at':null", "'time_limit':null", "'attempts':null", "'key':null", "'key':''",
        @"'key':'a\tb'", "'key':'" + new string('k', 257) + "'", "'key':7",
        "'queue':''", "'queue':'A'", "'queue':'a/b'", "'queue':7", "'source':''", @"'source':'a\u0000'", @"'source':'a\tb'",
        @"'source':'\u0085'", "'source':7", "'source':'" + new string('s', 257) + "'", "'priority':-1", "'priority':10", "'priority':5.5",
        "'priority':5.0", "'priority':5e0", "'priority':'5'", "'priority':true", "'priority':99999999999999999999", "'attempts':0",
        "'attempts':1001", "'attempts':1.5", "'attempts':'1'", "'delay':-1", "'delay':-0.001", "'delay':315360001", "'delay':1e400",
        "'delay':'1'", "'time_limit':0", "'time_limit':-1", "'time_limit':604801", "'time_limit':[1]",
        "'delay':0,'run_at':'2030-01-01T00:00:00Z'", "'run_at':1893456000", "'run_at':''", "'run_at':'2030-01-01'",
        "'run_at':'2030-01-01T00:00:00'", "'run_at':'2030-01-01T00:00Z'", "'run_at':'2030-01-01 00:00:00Z'",
        "'run_at':'2030-02-29T00:00:00Z'", "'run_at':'2030-13-01T00:00:00Z'", "'run_at':'2030-01-01T24:00:00Z'",
        "'run_at':'2030-01-01T00:00:60Z'", "'run_at':'2030-01-01T00:00:00+24:00'", "'run_at':'2030-01-01T00:00:00+0100'",
        "'run_at':'2030-01-01T00:00:00.Z'", "'run_at':' 2030-01-01T00:00:00Z'", "'run_at':'2030-01-01T00:00:00ZZ'",
        "'run_at':'1999-12-31T23:59:59Z'", "'run_at':'2101-01-01T00:00:00Z'", "'run_at':'0000-01-01T00:00:00Z'",
        "'run_at':'0001-01-01T00:00:00+23:59'", "'run_at':'2030-01-01T00:00:00−01:00'", @"'source':'\ud800'", @"'\ud800':1",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Malformed_job_is_invalid(string text)
    {
        (await Node.SubmitAsync(text)).Is(400, "invalid");
        Answer bulk = (await Node.BulkAsync(text)).Is(400, "invalid");
        Assert.Equal(1, bulk.Json.GetProperty("line").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Members))]
    public Task Job_with_a_bad_member_is_invalid(string members) =>
        Malformed_job_is_invalid("""{"kind":"echo","payload":1,""" + members.Replace('\'', '"') + "}");

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
