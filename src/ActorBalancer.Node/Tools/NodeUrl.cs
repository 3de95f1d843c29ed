using System.Diagnostics.CodeAnalysis;
using ActorBalancer.Node.Up;

namespace ActorBalancer.Node.Tools;

/// <summary>Which node the tools talk to, and what to say when it does not answer.</summary>
/// <param name="Address">Its HTTP address.</param>
/// <param name="Origin">Who said so.</param>
internal sealed record NodeUrl(Uri Address, NodeUrl.Source Origin)
{
    private const string Default = "http://127.0.0.1:8600";

    internal enum Source
    {
        CommandLine,
        LocalCluster,
        Default,
    }

    /// <summary>What to do about its silence.</summary>
    public string Advice => Origin switch
    {
        Source.CommandLine => "Check --url: it is the HTTP address of a router node.",
        Source.LocalCluster => "'actorbalancer up' said that it is there; look at its terminal, or name another cluster with --url.",
        _ => "Start a cluster on this machine with 'actorbalancer up', or name one with --url http://HOST:PORT.",
    };

    /// <param name="url">What the command line says, already found to be an address; null: nothing.</param>
    public static NodeUrl Of(string? url)
    {
        if (url is not null && TryParse(url, out Uri? named))
            return new NodeUrl(named, Source.CommandLine);
        return LocalClusters.Newest() is { } local
            ? new NodeUrl(new Uri(local.Http), Source.LocalCluster)
            : new NodeUrl(new Uri(Default), Source.Default);
    }

    /// <summary>Takes <c>HOST:PORT</c> for plain HTTP.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address)
    {
        string full = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(full, UriKind.Absolute, out address)
            && address.Scheme is "http" or "https"
            && address is { PathAndQuery: "/", Fragment: "", UserInfo: "", Host.Length: > 0 };
    }
}
