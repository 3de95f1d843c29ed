using System.Net;
using ActorBalancer.AspNetCore.Guards;
using Microsoft.AspNetCore.Http;

namespace ActorBalancer.SystemTests.Http;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:DB8::1", "2001:db8::1")]
    [InlineData("fe80::1%7", "fe80::1")]
    public void Caller_that_is_no_proxy_is_the_client_whatever_it_says(string peer, string client)
    {
        Assert.Equal(client, Of(peer, forwarded: "for=192.0.2.1"));
        Assert.Equal(client, Of(peer, old: "192.0.2.1"));
    }

    [Theory]
    [InlineData("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60")]
    [InlineData("FOR=\"192.0.2.60:4711\"", "192.0.2.60")]
    [InlineData("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17")]
    [InlineData("for=\"[::ffff:192.0.2.60]\"", "192.0.2.60")]
    [InlineData("for=198.51.100.1, for=192.0.2.60", "192.0.2.60")]
    [InlineData("for=198.51.100.1, for=192.0.2.60, for=10.1.2.3", "192.0.2.60")]
    [InlineData("for=192.0.2.60, for=10.1.2.3, for=10.9.9.9", "192.0.2.60")]
    [InlineData("for=10.1.2.3", "10.1.2.3")]
    [InlineData("for=192.0.2.60, for=unknown", "127.0.0.1")]
    [InlineData("for=192.0.2.60, for=_hidden, for=10.1.2.3", "10.1.2.3")]
    [InlineData("for=192.0.2.60, proto=http", "127.0.0.1")]
    [InlineData("by=\"a,for=192.0.2.60\"", "127.0.0.1")]
    [InlineData("for=1", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    [InlineData("for=\"[2001:db8::1\"", "127.0.0.1")]
    public void Behind_proxies_it_is_the_last_hop_that_is_none_of_them(string forwarded, string client) =>
        Assert.Equal(client, Of("127.0.0.1", forwarded: forwarded));

    [Theory]
    [InlineData("192.0.2.60", "192.0.2.60")]
    [InlineData("192.0.2.60:4711", "192.0.2.60")]
    [InlineData("2001:db8::17", "2001:db8::17")]
    [InlineData("[2001:db8::17]:4711", "2001:db8::17")]
    [InlineData("6.6.6.6, 192.0.2.60 , 10.1.2.3", "192.0.2.60")]
    [InlineData("evil, 10.1.2.3", "10.1.2.3")]
    [InlineData("127.1", "127.0.0.1")]
    public void Older_header_is_read_alike(string old, string client) => Assert.Equal(client, Of("::ffff:127.0.0.1", old: old));

    [Fact]
    public void Two_headers_that_disagree_are_both_not_believed()
    {
        Assert.Equal("127.0.0.1", Of("127.0.0.1", "for=192.0.2.1", "192.0.2.2"));
        Assert.Equal("192.0.2.1", Of("127.0.0.1", "for=192.0.2.1", "192.0.2.1"));
    }

    [Fact]
    public async Task Listed_proxy_says_who_the_source_is()
    {
        await using HttpNode node = await HttpNode.StartAsync([], ("ACTORBALANCER__HTTP__PROXIES__0", "127.0.0.0/8"));
        Answer answer = await node.SendAsync(
            HttpMethod.Post, "/v1/jobs", HttpNode.Body("""{"kind":"echo","payload":0}"""u8.ToArray(), "application/json"),
            h => h.TryAddWithoutValidation("Forwarded", "for=\"[2001:db8::17]:4711\", for=127.0.0.9"));
        string id = answer.Json.GetProperty("id").GetString()!;
        Assert.Equal("2001:db8::17", (await node.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("source").GetString());
    }

    private static string Of(string peer, string? forwarded = null, string? old = null)
    {
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwarded is not null)
            context.Request.Headers["Forwarded"] = forwarded;
        if (old is not null)
            context.Request.Headers["X-Forwarded-For"] = old;
        return new ClientAddress(["127.0.0.1", "10.0.0.0/8"]).Of(context);
    }
}
