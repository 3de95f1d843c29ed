using System.Runtime.Serialization;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Wire;
using ActorBalancer.Work;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Wire;

public sealed class CompatibilityTests
{
    public static TheoryData<string> Messages => [.. WireMessages.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Older_reader_skips_what_a_newer_sender_added(string name)
    {
        Type type = WireMessages.All.Single(t => t.Name == name);
        Gen.Select(MessageGen.For(type), Gen.Byte.Array[1, 20], Gen.Byte.Array[0, 300]).Sample(
            (message, fields, section) =>
            {
                List<(byte Tag, byte[] Bytes)> sections = WireMessages.Sections(WireMessages.Serializer.ToBinary(message));
                int head = sections.FindIndex(s => s.Tag == WireFormat.Head);
                sections[head] = (WireFormat.Head, [.. sections[head].Bytes, .. fields]);
                sections.Insert(0, (WireFormat.KnownTags, section));
                sections.Add((255, section));
                sections.Add((WireFormat.KnownTags - 1, section));

                object back = WireMessages.Serializer.FromBinary(WireMessages.Join(sections), WireMessages.Serializer.Manifest(message));
                Assert.Null(MessageEquality.Difference(message, back));
            },
            iter: 50);
    }

    /// <summary>But for jobs to submit: there is no batch of none.</summary>
    public static TheoryData<string> MessagesThatMayBeEmpty =>
        [.. WireMessages.All.Where(t => t != typeof(IGatewayProtocol.SubmitBatch)).Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(MessagesThatMayBeEmpty))]
    public void Newer_reader_takes_everything_that_an_older_sender_left_out_as_empty(string name)
    {
        Type type = WireMessages.All.Single(t => t.Name == name);
        string manifest = MessageGen.For(type).Select(WireMessages.Serializer.Manifest).Single();

        object back = WireMessages.Serializer.FromBinary([WireFormat.Version], manifest);

        Assert.Equal(type, back.GetType());
        Assert.True(WireMessages.Serializer.ToBinary(back).Length < 40);
    }

    [Fact]
    public void Column_that_is_missing_reads_as_zero_and_the_others_stay()
    {
        AssignBatch sent = Batches.Of(5);
        const byte TimeLimits = 13;
        List<(byte Tag, byte[] Bytes)> sections = WireMessages.Sections(WireMessages.Serializer.ToBinary(sent));
        Assert.Equal(1, sections.RemoveAll(s => s.Tag == TimeLimits));

        AssignBatch back = (AssignBatch)WireMessages.Serializer.FromBinary(WireMessages.Join(sections), "ab");

        Assert.All(sent.Jobs.Zip(back.Jobs), pair =>
        {
            AssignedJob expected = pair.First;
            expected.TimeLimitMs = 0;
            Assert.Null(MessageEquality.Difference(expected, pair.Second));
        });
    }

    [Fact]
    public void Row_of_a_list_may_grow_at_its_end_and_may_be_shorter()
    {
        QueueInfo queue = new("mail", true, "random", Strategies.Binding.Late, 1, 2, 3, 4, "r1", 5, ["resize"]);
        byte[] bytes = AnswerFormat.Write<QueueInfo>(7, [queue, queue], InfoFormat.Write);
        List<(byte Tag, byte[] Bytes)> sections = WireMessages.Sections(bytes);
        int rows = sections.FindIndex(s => s.Tag == 7);
        byte[] row = sections[rows].Bytes[2..(2 + sections[rows].Bytes[1])];
        sections[rows] = (7, [2, (byte)(row.Length + 3), .. row, 1, 2, 3, 2, row[0], row[1]]);

        IGatewayProtocol.QueuesAnswer back = (IGatewayProtocol.QueuesAnswer)WireMessages.Serializer.FromBinary(WireMessages.Join(sections), "ql");

        Assert.Null(MessageEquality.Difference(queue, back.Queues[0]));
        Assert.Equal(new QueueInfo("mail", true, "", Strategies.Binding.Early, 0, 0, 0, 0, "", 0, back.Queues[1].UnofferedKinds), back.Queues[1]);
    }

    [Fact]
    public void Bytes_of_the_first_release_are_still_read()
    {
        object batch = WireMessages.Serializer.FromBinary(Convert.FromHexString(FirstBatch), "ab");
        Assert.Null(MessageEquality.Difference(Batches.Of(3), batch));
        object report = WireMessages.Serializer.FromBinary(Convert.FromHexString(FirstReport), "wr");
        Assert.Null(MessageEquality.Difference(Batches.Report(8), report));
    }

    [Fact]
    public void Another_format_version_is_refused_by_its_number()
    {
        SerializationException refused = Assert.Throws<SerializationException>(() => WireMessages.Serializer.FromBinary([2], "ab"));
        Assert.Contains("format version 2", refused.Message, StringComparison.Ordinal);
    }

    private const string FirstBatch =
        "010114F6B183C5986890B783C59868222218804000030006030000060703001200080A00D08F8080808080340209030002000A030004000B04010000"
        + "020C030002000D060080DDDB01000504010E00000210020E64656661756C740C726573697A650309010E616C62756D2D3204157B226E223A307D7B22"
        + "6E223A317D7B226E223A327D";

    private const string FirstReport =
        "01011890B783C59868F6B183C598681822904E824000080608010106030000060703001200080800F6B183C5986800090A00D08F808080808034020A"
        + "090102000000000000080C0800C0CA8FC59868020D0400880E0E0E090100000000000000020F02010A1003001200110800F6B183C5986800120A00CE"
        + "8F808080808034001303000400140800C0CA8FC59868000509010200000000000001030E01186E6F20737563682066696C65040730313233343536";
}
