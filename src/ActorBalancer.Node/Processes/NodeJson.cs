using System.Text.Json;
using System.Text.Json.Serialization;
using ActorBalancer.Node.Certs;
using ActorBalancer.Node.Demo;
using ActorBalancer.Node.Kinds;
using ActorBalancer.Node.Up;

namespace ActorBalancer.Node.Processes;

/// <summary>Everything that the command line writes or reads as JSON, built at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReadyLine))]
[JsonSerializable(typeof(UpReady))]
[JsonSerializable(typeof(LocalCluster))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(HashJob))]
[JsonSerializable(typeof(ExecReportHead))]
[JsonSerializable(typeof(CertsReport))]
internal sealed partial class NodeJson : JsonSerializerContext;
