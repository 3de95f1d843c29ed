using System.Security.Cryptography;

namespace ActorBalancer.Node.Certs;

/// <summary>The files of a trial CA and of the nodes it issued certificates to.</summary>
internal sealed class CertsFolder(string folder, TimeProvider clock)
{
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Open = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _folder = Path.GetFullPath(folder);

    /// <summary>
    /// Issues a certificate for each host by the CA of the folder, which is made where there is none. Nothing is written unless
    /// all of it can be.
    /// </summary>
    /// <param name="hosts">Names or addresses of nodes.</param>
    /// <param name="days">How long the certificates last.</param>
    /// <param name="force">Replace what is there, the CA first.</param>
    /// <exception cref="CertsException">A file is in the way, or the CA's files are damaged.</exception>
    public CertsReport Make(IReadOnlyList<string> hosts, int days, bool force)
    {
        string caFile = At("ca.pem"), caKeyFile = At("ca.key");
        NodeFiles[] nodes = [.. hosts.Select(host => new NodeFiles(host, At(Plain(host) + ".pem"), At(Plain(host) + ".key")))];
        bool makesCa = force || !(File.Exists(caFile) && File.Exists(caKeyFile));
        if (!force)
            CheckFree([.. makesCa ? [caFile, caKeyFile] : Array.Empty<string>(), .. nodes.SelectMany(n => new[] { n.Certificate, n.Key })]);

        using TrialCa ca = makesCa ? TrialCa.Create(clock, days) : Load(caFile, caKeyFile);
        Directory.CreateDirectory(_folder);
        if (makesCa)
        {
            Write(caFile, ca.CertificatePem, Open);
            Write(caKeyFile, ca.KeyPem, Secret);
        }
        foreach (NodeFiles node in nodes)
        {
            (string certificate, string key) = ca.Issue(node.Host, days);
            Write(node.Certificate, certificate, Open);
            Write(node.Key, key, Secret);
        }
        return new CertsReport(caFile, caKeyFile, makesCa, nodes);
    }

    private TrialCa Load(string caFile, string caKeyFile)
    {
        try
        {
            return TrialCa.Load(File.ReadAllText(caFile), File.ReadAllText(caKeyFile), clock);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertsException($"{caFile} and {caKeyFile} are no certificate and key of a CA that belong together. Name another --folder, or make all anew with --force.", e);
        }
    }

    private static void CheckFree(string[] files)
    {
        string[] there = [.. files.Where(File.Exists)];
        if (there.Length > 0)
            throw new CertsException($"Nothing was written, since this is there already: {string.Join(", ", there)}. Name another --folder, or replace all of it, the CA too, with --force.");
    }

    /// <summary>A name for a file: the colons of an IPv6 address mean something else to some systems.</summary>
    private static string Plain(string host) => host.Replace(':', '-');

    private string At(string name) => Path.Combine(_folder, name);

    private static void Write(string file, string text, UnixFileMode mode)
    {
        // Made afresh, so that the mode holds from the first byte on.
        File.Delete(file);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using StreamWriter writer = new(file, options);
        writer.Write(text);
        writer.Write('\n');
    }
}
