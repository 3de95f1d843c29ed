using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ActorBalancer.Storage.Tests.Postgres;

namespace ActorBalancer.SystemTests.Packages;

/// <summary>What is packed, and what a newcomer makes of it with the lines of the README.</summary>
public sealed partial class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    private const string AllTests = "ACTORBALANCER_ALL_TESTS";
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    [Fact]
    public void Packages_have_readme_licence_documentation_and_symbols_with_their_sources()
    {
        Dictionary<string, string[]> expected = new()
        {
            ["ActorBalancer"] = ["ActorBalancer.Cluster", "ActorBalancer.Core", "ActorBalancer.Storage"],
            ["ActorBalancer.AspNetCore"] = ["ActorBalancer.AspNetCore"],
            ["ActorBalancer.PostgreSql"] = ["ActorBalancer.PostgreSql"],
            ["ActorBalancer.Sqlite"] = ["ActorBalancer.Sqlite"],
            ["ActorBalancer.TestKit"] = ["ActorBalancer.TestKit"],
            ["ActorBalancer.Tool"] = [],
        };
        foreach ((string id, string[] assemblies) in expected)
        {
            string file = Assert.Single(Directory.GetFiles(packed.Packages, id + ".*.nupkg"), f => VersionOf(f, id));
            using ZipArchive package = ZipFile.OpenRead(file), symbols = ZipFile.OpenRead(Path.ChangeExtension(file, "snupkg"));
            XElement about = About(package);
            Assert.Equal("MIT", Value(about, "license"));
            Assert.True(Value(about, "description").Length > 20);
            Assert.NotNull(package.GetEntry(Value(about, "readme")));
            Assert.Equal(assemblies.Select(a => $"lib/net10.0/{a}.dll"), package.Entries.Select(e => e.FullName).Where(n => n.StartsWith("lib/", StringComparison.Ordinal) && n.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            foreach (string assembly in assemblies)
            {
                Assert.True(package.GetEntry($"lib/net10.0/{assembly}.xml")?.Length > 100, $"{id}: {assembly} has no documentation");
                Assert.True(HasSources(symbols.GetEntry($"lib/net10.0/{assembly}.pdb")), $"{id}: {assembly} has no symbols with sources");
            }
        }
    }

    [Fact]
    public void Application_gets_only_the_database_that_it_uses()
    {
        Assert.Equal(["ActorBalancer", "Microsoft.Data.Sqlite"], Needs("ActorBalancer.Sqlite", "ActorBalancer", "Npgsql", "Microsoft.Data.Sqlite"));
        Assert.Equal(["ActorBalancer", "Npgsql"], Needs("ActorBalancer.PostgreSql", "ActorBalancer", "Npgsql", "Microsoft.Data.Sqlite"));
        Assert.Equal(["ActorBalancer"], Needs("ActorBalancer.AspNetCore", "ActorBalancer", "ActorBalancer.Core", "Npgsql", "Microsoft.Data.Sqlite"));
        Assert.Equal(["ActorBalancer"], Needs("ActorBalancer.TestKit", "ActorBalancer", "ActorBalancer.Core", "Npgsql", "Microsoft.Data.Sqlite"));
        Assert.Empty(Needs("ActorBalancer", "ActorBalancer.Core", "ActorBalancer.Storage", "Npgsql", "Microsoft.Data.Sqlite"));
    }

    [Fact]
    public async Task Web_application_of_the_readme_runs_its_first_job()
    {
        ProcessStartInfo start = packed.Shell(ReadmeExample.Of("dotnet new web ").Commands);
        // Goes over the address that stands in the README, which somebody else may have.
        start.Environment["Kestrel__Endpoints__Http__Url"] = "http://127.0.0.1:0";
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            List<string> said = [];
            string? address = null;
            while (address is null && await process.StandardOutput.ReadLineAsync().WaitAsync(Hang) is { } line)
            {
                said.Add(line);
                address = Address().Match(line) is { Success: true } match ? match.Value : null;
            }
            Assert.True(address is not null, string.Join('\n', said) + (process.HasExited ? await errors : ""));
            Task drained = process.StandardOutput.ReadToEndAsync();
            using HttpClient http = new() { BaseAddress = new Uri(address), Timeout = Hang };
            Assert.Equal("Hello, world!", await http.GetStringAsync("/greet/world"));
            Assert.Contains("\"kind\":\"greet\"", await http.GetStringAsync("/jobs/v1/jobs?kind=greet"), StringComparison.Ordinal);
            process.Kill(entireProcessTree: true);
            await drained.WaitAsync(Hang);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().WaitAsync(Hang);
        }
    }

    [SkippableTheory]
    [InlineData("dotnet new console -o first", "Hello, world!\n")]
    [InlineData("dotnet new console -o shared", "Hello, world!\n")]
    [InlineData("dotnet new console -o tested", "attempt 2 on 2026-01-02: Hello, world!\n")]
    [InlineData("dotnet tool install ", "item 1\nitem 2\nitem 3\n")]
    public async Task Other_examples_of_the_readme_run_their_first_job(string first, string end)
    {
        Skip.If(Environment.GetEnvironmentVariable(AllTests) is not "1", $"builds whole applications; set {AllTests}=1 to run it");
        ProcessStartInfo start = packed.Shell(ReadmeExample.Of(first).Commands);
        if (first.EndsWith("shared", StringComparison.Ordinal))
        {
            PostgresServer? server = PostgresServer.TryStart();
            Skip.If(server is null, "no PostgreSQL server is installed here (initdb and pg_ctl were not found)");
            start.Environment["JOBS_DATABASE"] = server.ConnectionString;
        }
        (int exit, string said) = await PackedPackages.EndAsync(start);
        Assert.True(exit == 0, said);
        Assert.Contains(end, said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Libraries_have_no_trimming_warning()
    {
        Skip.If(Environment.GetEnvironmentVariable(AllTests) is not "1", $"builds the libraries once more; set {AllTests}=1 to run it");
        const string Build = "for p in AspNetCore Sqlite PostgreSql TestKit; do dotnet build \"$ROOT/src/ActorBalancer.$p\" -c Release -p:CheckTrimming=true -p:ArtifactsPath=\"$PACKAGES/trim\" -v quiet --nologo; done";
        (int exit, string said) = await PackedPackages.EndAsync(packed.Shell(Build));
        Assert.True(exit == 0, said);
        Assert.DoesNotContain("IL2", said, StringComparison.Ordinal);
    }

    /// <summary>Which of these the package needs itself.</summary>
    private IEnumerable<string> Needs(string id, params string[] asked)
    {
        string file = Assert.Single(Directory.GetFiles(packed.Packages, id + ".*.nupkg"), f => VersionOf(f, id));
        using ZipArchive package = ZipFile.OpenRead(file);
        string[] needs = [.. About(package).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (string)e.Attribute("id")!)];
        return needs.Intersect(asked).Order(StringComparer.Ordinal);
    }

    /// <summary>Not the file of a package whose name only begins with this one.</summary>
    private static bool VersionOf(string file, string id) => char.IsAsciiDigit(Path.GetFileName(file)[id.Length + 1]);

    private static XElement About(ZipArchive package)
    {
        using Stream stream = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single();
    }

    private static string Value(XElement about, string name) => about.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value ?? "";

    private static bool HasSources(ZipArchiveEntry? symbols)
    {
        if (symbols is null)
            return false;
        using Stream stream = symbols.Open();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        copy.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(copy);
        MetadataReader reader = provider.GetMetadataReader();
        return reader.CustomDebugInformation.Any(h => reader.GetGuid(reader.GetCustomDebugInformation(h).Kind) == EmbeddedSource);
    }

    [GeneratedRegex(@"(?<=listening on: )http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
