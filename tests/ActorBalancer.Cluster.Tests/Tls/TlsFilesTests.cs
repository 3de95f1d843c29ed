using System.Security.Cryptography;
using ActorBalancer.Cluster.Tls;
using ActorBalancer.Hosting;
using ActorBalancer.Options;

namespace ActorBalancer.Cluster.Tests.Tls;

public sealed class TlsFilesTests : IDisposable
{
    private const string Key = "actorbalancer.remoting.tls.key";
    private const string Certificate = "actorbalancer.remoting.tls.certificate";
    private const string Ca = "actorbalancer.remoting.tls.ca";

    private static readonly TestCa Root = TestCa.Create();

    private readonly string _folder = Directory.CreateTempSubdirectory("tls-files").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_the_keys_there_is_no_tls() => Assert.Null(TlsFiles.Load(BalancerConfiguration.Defaults().Remoting, TimeProvider.System));

    [Fact]
    public void Files_that_fit_together_are_an_identity()
    {
        (string certificate, string key) = Root.Issue();
        Assert.NotNull(Load(certificate, key, Root.Pem));
    }

    [Fact]
    public void Intermediate_certificates_may_stand_behind_the_nodes_own_or_beside_the_root()
    {
        TestCa between = Root.Intermediate("between");
        (string certificate, string key) = between.Issue();
        Assert.NotNull(Load($"{certificate}\n{between.Pem}", key, Root.Pem));
        Assert.NotNull(Load(certificate, key, $"{Root.Pem}\n{between.Pem}"));
        Assert.Contains("the CA of remoting.tls.ca did not issue it", Only(certificate, key, Root.Pem, Certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        (string certificate, _) = Root.Issue(host: "other.example", to: TestCa.Start.AddDays(1));
        (_, string key) = Root.Issue();
        string[] paths = [.. Errors(certificate, key, TestCa.Create("foreign").Pem).Select(e => e.Path)];
        Assert.Equal([Certificate, Certificate, Certificate, Key], paths);
    }

    [Fact]
    public void Missing_files_are_named_one_by_one()
    {
        RemotingOptions remoting = Remoting("nowhere.pem", "nowhere.key", "nowhere.ca");
        BalancerConfigurationException refused = Assert.Throws<BalancerConfigurationException>(() => TlsFiles.Load(remoting, Clock(TestCa.Start.AddDays(2))));
        Assert.Equal([Certificate, Ca, Key], refused.Errors.Select(e => e.Path));
        Assert.All(refused.Errors, e => Assert.StartsWith("cannot be read: ", e.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_pem_is_refused()
    {
        (string certificate, string key) = Root.Issue();
        Assert.StartsWith("holds no certificate in PEM", Only("\u0001\u0002", key, Root.Pem, Certificate), StringComparison.Ordinal);
        Assert.StartsWith("holds no certificate in PEM", Only(certificate, key, key, Ca), StringComparison.Ordinal);
        Assert.StartsWith("holds no private key in PEM", Only(certificate, certificate, Root.Pem, Key), StringComparison.Ordinal);
        Assert.StartsWith(
            "holds a damaged certificate", Only("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", key, Root.Pem, Certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void Encrypted_key_is_refused_with_the_way_to_decrypt_it()
    {
        (string certificate, _) = Root.Issue();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        Assert.Contains("openssl pkey", Only(certificate, encrypted, Root.Pem, Key), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_of_another_certificate_is_refused()
    {
        (string certificate, _) = Root.Issue();
        (_, string other) = Root.Issue();
        Assert.StartsWith("is not the private key of remoting.tls.certificate", Only(certificate, other, Root.Pem, Key), StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_that_is_not_valid_now_is_refused_with_its_day()
    {
        (string certificate, string key) = Root.Issue(to: TestCa.Start.AddDays(1));
        Assert.StartsWith("expired on 2030-01-02 00:00 UTC", Only(certificate, key, Root.Pem, Certificate), StringComparison.Ordinal);
        (certificate, key) = Root.Issue(from: TestCa.Start.AddDays(9));
        Assert.StartsWith("is not valid before 2030-01-10 00:00 UTC", Only(certificate, key, Root.Pem, Certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_of_another_ca_is_refused()
    {
        (string certificate, string key) = TestCa.Create("foreign").Issue();
        Assert.Contains("name the CA that issued it in remoting.tls.ca", Only(certificate, key, Root.Pem, Certificate), StringComparison.Ordinal);
    }

    [Fact]
    public void Ca_file_without_a_root_or_without_a_ca_is_refused()
    {
        TestCa between = Root.Intermediate("between");
        (string certificate, string key) = between.Issue();
        Assert.StartsWith("holds no self-signed certificate", Only(certificate, key, between.Pem, Ca), StringComparison.Ordinal);

        (certificate, key) = Root.Issue();
        Assert.Contains(Errors(certificate, key, TestCa.Create("none", isCa: false).Pem), e => e.Path == Ca && e.Problem.StartsWith("holds a certificate that is no CA's", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("node-1", "127.0.0.1", "node-1")]
    [InlineData("10.0.0.5", "127.0.0.1", "10.0.0.5")]
    [InlineData("", "127.0.0.1", "127.0.0.1")]
    [InlineData("", "::1", "::1")]
    [InlineData("a.nodes.example", "0.0.0.0", "*.nodes.example")]
    public void Host_that_the_others_use_must_be_among_the_names(string advertised, string bind, string named)
    {
        (string certificate, string key) = Root.Issue(named);
        Assert.NotNull(Load(certificate, key, Root.Pem, bind, advertised));

        (certificate, key) = Root.Issue("other");
        string problem = Only(certificate, key, Root.Pem, Certificate, bind, advertised);
        Assert.StartsWith($"does not name {(advertised.Length > 0 ? advertised : bind)}, ", problem, StringComparison.Ordinal);
        Assert.Contains("it names other", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, "TLS client")]
    [InlineData(false, true, "TLS server")]
    public void Certificate_must_be_good_for_both_ends(bool server, bool client, string lacks)
    {
        (string certificate, string key) = Root.Issue(server: server, client: client);
        Assert.Contains($"is not good for a {lacks}", Only(certificate, key, Root.Pem, Certificate), StringComparison.Ordinal);
    }

    private TlsIdentity? Load(string certificate, string key, string ca, string bind = "127.0.0.1", string advertised = "") =>
        TlsFiles.Load(Remoting(Write("c", certificate), Write("k", key), Write("a", ca), bind, advertised), Clock(TestCa.Start.AddDays(2)));

    private IReadOnlyList<ConfigurationError> Errors(string certificate, string key, string ca, string bind = "127.0.0.1", string advertised = "") =>
        Assert.Throws<BalancerConfigurationException>(() => Load(certificate, key, ca, bind, advertised)).Errors;

    private string Only(string certificate, string key, string ca, string path, string bind = "127.0.0.1", string advertised = "")
    {
        ConfigurationError error = Assert.Single(Errors(certificate, key, ca, bind, advertised));
        Assert.Equal(path, error.Path);
        return error.Problem;
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static RemotingOptions Remoting(string certificate, string key, string ca, string bind = "127.0.0.1", string advertised = "") =>
        BalancerConfiguration.Defaults().Remoting with
        {
            Bind = bind,
            Advertised = advertised,
            Tls = new RemotingTlsOptions { Certificate = certificate, Key = key, Ca = ca },
        };

    private static FixedClock Clock(DateTimeOffset now) => new(now);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
