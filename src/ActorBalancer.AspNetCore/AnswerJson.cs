using System.Text.Json.Serialization;
using ActorBalancer.AspNetCore.Events;
using ActorBalancer.AspNetCore.Jobs;
using ActorBalancer.AspNetCore.Queues;
using ActorBalancer.AspNetCore.Workers;

namespace ActorBalancer.AspNetCore;

/// <summary>Everything that the API writes as JSON, built at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SubmittedView))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(UnfinishedView))]
[JsonSerializable(typeof(ListView<JobLineView>))]
[JsonSerializable(typeof(QueueView))]
[JsonSerializable(typeof(ListView<QueueView>))]
[JsonSerializable(typeof(WeightsView))]
[JsonSerializable(typeof(WorkerView))]
[JsonSerializable(typeof(ListView<WorkerView>))]
[JsonSerializable(typeof(JobEventView))]
[JsonSerializable(typeof(WorkerEventView))]
[JsonSerializable(typeof(QueueEventView))]
[JsonSerializable(typeof(ReadinessView))]
[JsonSerializable(typeof(IndexView))]
internal sealed partial class AnswerJson : JsonSerializerContext;
