namespace ActorBalancer.Node.Certs;

/// <summary>What <c>certs init</c> made.</summary>
/// <param name="Ca">The CA's certificate, for every node.</param>
/// <param name="CaKey">Its private key, for no node.</param>
/// <param name="MadeCa">False: the folder's own was used again.</param>
/// <param name="Nodes">One a host.</param>
internal sealed record CertsReport(string Ca, string CaKey, bool MadeCa, IReadOnlyList<NodeFiles> Nodes);

/// <param name="Host">What the certificate names.</param>
/// <param name="Certificate">For this node.</param>
/// <param name="Key">For this node alone.</param>
internal sealed record NodeFiles(string Host, string Certificate, string Key);
