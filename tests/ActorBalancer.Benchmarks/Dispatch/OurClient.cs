using System.Buffers.Binary;

namespace ActorBalancer.Benchmarks.Dispatch;

/// <summary>Our contender's client: what an application would write.</summary>
internal static class OurClient
{
    public static async Task RunAsync(IJobClient client, Round round, int outstanding)
    {
        await foreach (RanJob job in client.RunAsync(Requests(round), outstanding))
            round.Ended(job.Index, Result(job));
    }

    /// <summary>The job whose number is <paramref name="number"/>.</summary>
    public static JobRequest Request(long number) => new() { Kind = WorkerProcess.Kind, Payload = Payloads.Of(number) };

    /// <exception cref="InvalidOperationException">It did not succeed.</exception>
    public static ulong Result(in RanJob job) => job.Succeeded
        ? BinaryPrimitives.ReadUInt64LittleEndian(job.Result.Span)
        : throw new InvalidOperationException($"job {job.Index} did not succeed: {job.Code} {job.State} {job.Error}");

    private static IEnumerable<JobRequest> Requests(Round round)
    {
        while (round.TryStart(out long number))
            yield return Request(number);
    }
}
