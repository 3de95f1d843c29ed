using System.Runtime.Serialization;
using ActorBalancer.Wire;
using CsCheck;

namespace ActorBalancer.Cluster.Tests.Wire;

public sealed class RoundTripTests
{
    public static TheoryData<string> Messages => [.. WireMessages.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_comes_back_as_it_was_sent(string name)
    {
        Type type = WireMessages.All.Single(t => t.Name == name);
        MessageGen.For(type).Sample(
            message =>
            {
                object back = WireMessages.RoundTrip(message);
                Assert.Equal(type, back.GetType());
                Assert.Null(MessageEquality.Difference(message, back));
            },
            iter: 200);
    }

    [Fact]
    public void Every_message_has_its_own_short_manifest()
    {
        List<string> manifests = [];
        foreach (Type type in WireMessages.All)
            manifests.Add(MessageGen.For(type).Select(WireMessages.Serializer.Manifest).Single());

        Assert.Equal(WireMessages.All.Count, manifests.Distinct().Count());
        Assert.All(manifests, m => Assert.Equal(2, m.Length));
    }

    [Fact]
    public void Type_that_is_no_message_is_refused_by_name()
    {
        Uri stranger = new("a://b");
        SerializationException named = Assert.Throws<SerializationException>(() => WireMessages.Serializer.Manifest(stranger));
        SerializationException written = Assert.Throws<SerializationException>(() => WireMessages.Serializer.ToBinary(stranger));
        Assert.Contains("System.Uri", named.Message, StringComparison.Ordinal);
        Assert.Contains("System.Uri", written.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    public void Unknown_manifest_is_refused_by_name(string manifest)
    {
        SerializationException refused = Assert.Throws<SerializationException>(
            () => WireMessages.Serializer.FromBinary([WireFormat.Version], manifest));
        Assert.Contains($"'{manifest}'", refused.Message, StringComparison.Ordinal);
    }
}
