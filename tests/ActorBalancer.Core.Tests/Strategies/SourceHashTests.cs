using ActorBalancer.Strategies;

namespace ActorBalancer.Core.Tests.Strategies;

public class SourceHashTests
{
    /// <summary>From the SipHash reference implementation: key 00..0f, message 00, 01, ... of the length given.</summary>
    [Theory]
    [InlineData(0, 0x726FDB47DD0E0E31)]
    [InlineData(1, 0x74F839C593DC67FD)]
    [InlineData(2, 0x0D6C8009D9A94F5A)]
    [InlineData(7, 0xAB0200F58B01D137)]
    [InlineData(8, 0x93F5F5799A932462)]
    [InlineData(15, 0xA129CA6149BE45E5)]
    [InlineData(63, 0x958A324CEB064572)]
    public void SipHash_gives_the_reference_vectors(int length, ulong expected)
    {
        byte[] message = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        Assert.Equal(expected, SourceHash.SipHash(0x0706050403020100, 0x0F0E0D0C0B0A0908, message));
    }

    [Fact]
    public void Hashes_are_stable_for_ever()
    {
        // Worked out by another program. They are stored and compared between nodes of different versions.
        Assert.Equal(0x9755253D44846549UL, SourceHash.Of("album-7"));
        Assert.Equal(0x919353C7C4EF1743UL, SourceHash.Of("Grüße, 世界 🌍"));
        Assert.Equal(0xD27C536524459F81UL, SourceHash.Of(""));
        Assert.Equal(0x0765B91B18843A87UL, SourceHash.Of(42));
    }

    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::FFFF:c000:201", "192.0.2.1")]
    [InlineData("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:DB8::1", "2001:db8::1")]
    [InlineData("2001:0db8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    public void Spellings_of_one_address_hash_alike(string spelling, string other) =>
        Assert.Equal(SourceHash.Of(other), SourceHash.Of(spelling));

    [Theory]
    [InlineData("a:b", "A:B")]
    [InlineData("dead:beef", "DEAD:BEEF")]
    [InlineData("192.0.2.1:80", "192.0.2.1")]
    [InlineData("album:7", "album:07")]
    public void Texts_that_are_no_address_are_taken_as_they_are(string text, string other) =>
        Assert.NotEqual(SourceHash.Of(other), SourceHash.Of(text));

    [Fact]
    public void Long_texts_hash_as_well()
    {
        string text = new('ä', 5000);
        Assert.Equal(SourceHash.Of(text), SourceHash.Of(text.AsSpan()));
        Assert.NotEqual(SourceHash.Of(text), SourceHash.Of(text + "x"));
    }

    [Fact]
    public void Hashing_a_source_allocates_nothing()
    {
        string[] sources = ["album-7", "192.0.2.1", new('x', 256), "user:4711"];
        foreach (string source in sources) SourceHash.Of(source);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong all = SourceHash.Of(17L);
        foreach (string source in sources) all ^= SourceHash.Of(source);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0UL, all);
    }
}
