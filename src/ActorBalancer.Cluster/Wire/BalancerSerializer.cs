using System.Runtime.Serialization;
using ActorBalancer.Cluster.Gateway;
using ActorBalancer.Intake;
using ActorBalancer.Load;
using ActorBalancer.Work;
using Akka.Actor;
using Akka.Serialization;

namespace ActorBalancer.Wire;

/// <summary>
/// The one serializer of every message of ours that crosses nodes. The manifests are a closed set: no name of a type is
/// ever read from the wire. Any thread may use it.
/// </summary>
internal sealed class BalancerSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number of this serializer on the wire; 0 to 40 belong to Akka.</summary>
    public const int Id = 8600;

    private readonly NameCache _names = new();

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        AssignBatch => "ab",
        WorkerReport => "wr",
        WorkerHello => "wh",
        RouterWelcome => "rw",
        NodeSample => "ns",
        RunProgress => "rp",
        IGatewayProtocol.SubmitBatch => "sb",
        IGatewayProtocol.WatchJobs => "wj",
        IGatewayProtocol.GetJob => "gj",
        IGatewayProtocol.ListJobs => "lj",
        IGatewayProtocol.CancelJob => "cj",
        IGatewayProtocol.RetryJob => "rj",
        IGatewayProtocol.DrainWorker => "dw",
        IGatewayProtocol.SetQueue => "sq",
        IGatewayProtocol.ListQueues => "lq",
        IGatewayProtocol.ListWorkers => "lw",
        IGatewayProtocol.SubmitAnswer => "sa",
        IGatewayProtocol.JobsFinished => "jf",
        IGatewayProtocol.JobAnswer => "ja",
        IGatewayProtocol.JobsAnswer => "jl",
        IGatewayProtocol.DoneAnswer => "da",
        IGatewayProtocol.QueuesAnswer => "ql",
        IGatewayProtocol.WorkersAnswer => "wl",
        IGatewayProtocol.WatchOwners => "wo",
        IGatewayProtocol.Owners => "ow",
        IGatewayProtocol.Moved => "mv",
        IGatewayProtocol.DescribeJobs => "dj",
        IGatewayProtocol.GetWeights => "gw",
        IGatewayProtocol.WeightsAnswer => "wa",
        _ => throw new SerializationException($"{o.GetType()} is not a message between nodes."),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        AssignBatch m => AssignBatchFormat.Write(m),
        WorkerReport m => WorkerReportFormat.Write(m),
        WorkerHello m => MemberFormat.Write(m),
        RouterWelcome m => MemberFormat.Write(m),
        NodeSample m => MemberFormat.Write(m),
        RunProgress m => ProgressFormat.Write(m),
        IGatewayProtocol.SubmitBatch m => SubmitBatchFormat.Write(m),
        IGatewayProtocol.WatchJobs m => QuestionFormat.Write(m),
        IGatewayProtocol.GetJob m => QuestionFormat.Write(m.Ticket, m.Key),
        IGatewayProtocol.ListJobs m => QuestionFormat.Write(m),
        IGatewayProtocol.CancelJob m => QuestionFormat.Write(m.Ticket, m.Key),
        IGatewayProtocol.RetryJob m => QuestionFormat.Write(m.Ticket, m.Key),
        IGatewayProtocol.DrainWorker m => QuestionFormat.Write(m),
        IGatewayProtocol.SetQueue m => QuestionFormat.Write(m),
        IGatewayProtocol.ListQueues m => QuestionFormat.Write(m.Ticket),
        IGatewayProtocol.ListWorkers m => QuestionFormat.Write(m.Ticket),
        IGatewayProtocol.SubmitAnswer m => AnswerFormat.Write(m),
        IGatewayProtocol.JobsFinished m => JobsFinishedFormat.Write(m),
        IGatewayProtocol.JobAnswer m => AnswerFormat.Write<JobInfo>(m.Ticket, m.Job is null ? [] : [m.Job], InfoFormat.Write),
        IGatewayProtocol.JobsAnswer m => AnswerFormat.Write<JobInfo>(m.Ticket, m.Jobs, InfoFormat.Write, m.Next),
        IGatewayProtocol.DoneAnswer m => AnswerFormat.Write(m),
        IGatewayProtocol.QueuesAnswer m => AnswerFormat.Write<QueueInfo>(m.Ticket, m.Queues, InfoFormat.Write, from: m.Incarnation),
        IGatewayProtocol.WorkersAnswer m => AnswerFormat.Write<WorkerInfo>(m.Ticket, m.Workers, InfoFormat.Write),
        IGatewayProtocol.WatchOwners m => QuestionFormat.Write(m.Ticket),
        IGatewayProtocol.Owners m => AnswerFormat.Write<QueueOwner>(m.Incarnation, m.Queues, InfoFormat.Write),
        IGatewayProtocol.Moved m => QuestionFormat.Write(m.Ticket),
        IGatewayProtocol.DescribeJobs m => QuestionFormat.WriteKeys(m.Ticket, m.Keys),
        IGatewayProtocol.GetWeights m => ExplainFormat.Write(m),
        IGatewayProtocol.WeightsAnswer m => ExplainFormat.Write(m),
        _ => throw new SerializationException($"{obj.GetType()} is not a message between nodes."),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case "ab": return AssignBatchFormat.Read(bytes, _names);
            case "wr": return WorkerReportFormat.Read(bytes, _names);
            case "wh": return MemberFormat.ReadHello(bytes, _names);
            case "rw": return MemberFormat.ReadWelcome(bytes, _names);
            case "ns": return MemberFormat.ReadSample(bytes, _names);
            case "rp": return ProgressFormat.Read(bytes, _names);
            case "sb": return SubmitBatchFormat.Read(bytes, _names);
            case "wj": return QuestionFormat.ReadWatch(bytes, _names);
            case "gj": return GetJob(bytes);
            case "lj": return QuestionFormat.ReadList(bytes, _names);
            case "cj": return CancelJob(bytes);
            case "rj": return RetryJob(bytes);
            case "dw": return QuestionFormat.ReadDrain(bytes, _names);
            case "sq": return QuestionFormat.ReadSet(bytes, _names);
            case "lq": return new IGatewayProtocol.ListQueues(Question(bytes, nameof(IGatewayProtocol.ListQueues)).Ticket);
            case "lw": return new IGatewayProtocol.ListWorkers(Question(bytes, nameof(IGatewayProtocol.ListWorkers)).Ticket);
            case "sa": return AnswerFormat.ReadSubmit(bytes, _names);
            case "jf": return JobsFinishedFormat.Read(bytes, _names);
            case "ja": return JobAnswer(bytes);
            case "jl": return JobsAnswer(bytes);
            case "da": return AnswerFormat.ReadDone(bytes, _names);
            case "ql": return QueuesAnswer(bytes);
            case "wl": return WorkersAnswer(bytes);
            case "wo": return new IGatewayProtocol.WatchOwners(Question(bytes, nameof(IGatewayProtocol.WatchOwners)).Ticket);
            case "ow": return Owners(bytes);
            case "mv": return new IGatewayProtocol.Moved(Question(bytes, nameof(IGatewayProtocol.Moved)).Ticket);
            case "dj": return DescribeJobs(bytes);
            case "gw": return ExplainFormat.ReadQuestion(bytes, _names);
            case "wa": return ExplainFormat.ReadAnswer(bytes, _names);
            default: throw new SerializationException($"Manifest '{manifest}' is not one of ours; is the sender a newer release?");
        }
    }

    private (long Ticket, long Key) Question(byte[] bytes, string message) => QuestionFormat.Read(bytes, message, _names);

    private IGatewayProtocol.GetJob GetJob(byte[] bytes)
    {
        (long ticket, long key) = Question(bytes, nameof(IGatewayProtocol.GetJob));
        return new IGatewayProtocol.GetJob(ticket, key);
    }

    private IGatewayProtocol.CancelJob CancelJob(byte[] bytes)
    {
        (long ticket, long key) = Question(bytes, nameof(IGatewayProtocol.CancelJob));
        return new IGatewayProtocol.CancelJob(ticket, key);
    }

    private IGatewayProtocol.RetryJob RetryJob(byte[] bytes)
    {
        (long ticket, long key) = Question(bytes, nameof(IGatewayProtocol.RetryJob));
        return new IGatewayProtocol.RetryJob(ticket, key);
    }

    private IGatewayProtocol.Owners Owners(byte[] bytes)
    {
        (long incarnation, QueueOwner[] queues) = AnswerFormat.Read(bytes, nameof(IGatewayProtocol.Owners), _names, InfoFormat.ReadOwner);
        return new IGatewayProtocol.Owners(incarnation, queues);
    }

    private IGatewayProtocol.DescribeJobs DescribeJobs(byte[] bytes)
    {
        (long ticket, long[] keys) = QuestionFormat.ReadKeys(bytes, nameof(IGatewayProtocol.DescribeJobs), _names);
        return new IGatewayProtocol.DescribeJobs(ticket, keys);
    }

    private IGatewayProtocol.JobAnswer JobAnswer(byte[] bytes)
    {
        (long ticket, JobInfo[] jobs) = AnswerFormat.Read(bytes, nameof(IGatewayProtocol.JobAnswer), _names, InfoFormat.ReadJob);
        return new IGatewayProtocol.JobAnswer(ticket, jobs.Length > 0 ? jobs[0] : null);
    }

    private IGatewayProtocol.JobsAnswer JobsAnswer(byte[] bytes)
    {
        (long ticket, JobInfo[] jobs, JobId? next, _) = AnswerFormat.ReadPage(bytes, nameof(IGatewayProtocol.JobsAnswer), _names, InfoFormat.ReadJob);
        return new IGatewayProtocol.JobsAnswer(ticket, jobs, next);
    }

    private IGatewayProtocol.QueuesAnswer QueuesAnswer(byte[] bytes)
    {
        (long ticket, QueueInfo[] queues, _, long from) = AnswerFormat.ReadPage(bytes, nameof(IGatewayProtocol.QueuesAnswer), _names, InfoFormat.ReadQueue);
        return new IGatewayProtocol.QueuesAnswer(ticket, queues) { Incarnation = from };
    }

    private IGatewayProtocol.WorkersAnswer WorkersAnswer(byte[] bytes)
    {
        (long ticket, WorkerInfo[] workers) = AnswerFormat.Read(bytes, nameof(IGatewayProtocol.WorkersAnswer), _names, InfoFormat.ReadWorker);
        return new IGatewayProtocol.WorkersAnswer(ticket, workers);
    }
}
