using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ActorBalancer.Client;

/// <summary>
/// The HTTP API of a router node. Every method throws <see cref="UnreachableException"/> where no node answers and
/// <see cref="RefusedException"/> where it refuses. Thread-safe.
/// </summary>
public sealed class BalancerClient : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Of a submit whose answer was lost.</summary>
    private const int MostTries = 3;

    private readonly Connection _connection;

    /// <summary>Connects when it is first asked something.</summary>
    /// <param name="address">Such as <c>http://127.0.0.1:8600</c>.</param>
    /// <param name="settings">Null: the defaults.</param>
    /// <exception cref="IOException">The file of the CA cannot be read.</exception>
    public BalancerClient(Uri address, BalancerClientSettings? settings = null) =>
        _connection = new Connection(address, settings ?? new BalancerClientSettings());

    /// <summary>Where the node is.</summary>
    public Uri Address => _connection.Address;

    /// <summary>
    /// Submits a job; it is accepted when this returns. It goes with an idempotency key, the job's or a random one, so that it is sent again
    /// where its answer was lost, and still makes one job.
    /// </summary>
    public async Task<SubmittedJob> SubmitAsync(JobSubmission job, CancellationToken cancellation = default)
    {
        ReadOnlyMemory<byte> text = SubmissionText.Of(job.Key is null ? job with { Key = Guid.NewGuid().ToString("N") } : job);
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await _connection.PostAsync("/v1/jobs", Connection.Json(text), ClientJson.Default.SubmittedJob, cancellation);
            }
            catch (UnreachableException lost) when (lost.MayHaveArrived && tries < MostTries)
            {
            }
            catch (RefusedException unknown) when (unknown.Code == "outcome_unknown" && tries < MostTries)
            {
            }
        }
    }

    /// <summary>
    /// Submits many jobs, one a line as the API takes it (NDJSON), a thousand at a time, each thousand whole or not at all. Gives
    /// their ids in the order of the lines.
    /// </summary>
    /// <exception cref="RefusedException">A line was refused; <see cref="RefusedException.Line"/> counts over the whole stream.</exception>
    public async IAsyncEnumerable<string> SubmitLinesAsync(Stream lines, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        long before = 0;
        await foreach ((int count, ReadOnlyMemory<byte> text) in LineBatches.ReadAsync(lines, cancellation))
        {
            foreach (string id in await SubmitBatchAsync(text, before, cancellation))
                yield return id;
            before += count;
        }
    }

    /// <summary>Submits many jobs, as <see cref="SubmitLinesAsync"/> does.</summary>
    public IAsyncEnumerable<string> SubmitManyAsync(IEnumerable<JobSubmission> jobs, CancellationToken cancellation = default) =>
        SubmitLinesAsync(new LineStream(jobs.Select(SubmissionText.Of)), cancellation);

    /// <summary>The job and its attempts.</summary>
    public Task<JobDetails> GetJobAsync(string id, CancellationToken cancellation = default) =>
        _connection.GetAsync($"/v1/jobs/{Name(id)}", ClientJson.Default.JobDetails, cancellation);

    /// <summary>The result's bytes of a succeeded job; null if it is not final after <paramref name="wait"/> (at most 60 s).</summary>
    /// <exception cref="RefusedException"><c>conflict</c>: it ended otherwise; <see cref="RefusedException.State"/> says how.</exception>
    public async Task<byte[]?> GetResultAsync(string id, TimeSpan wait, CancellationToken cancellation = default)
    {
        string path = FormattableString.Invariant($"/v1/jobs/{Name(id)}/result?wait={(int)wait.TotalSeconds}");
        (int status, byte[] body) = await _connection.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        return status == 202 ? null : body;
    }

    /// <summary>The result's bytes, as soon as the job has succeeded, however long that takes.</summary>
    /// <exception cref="RefusedException"><c>conflict</c>: it ended otherwise; <see cref="RefusedException.State"/> says how.</exception>
    public async Task<byte[]> WaitForResultAsync(string id, CancellationToken cancellation = default)
    {
        while (true)
        {
            if (await GetResultAsync(id, LongestWait, cancellation) is { } result)
                return result;
        }
    }

    /// <summary>A page of jobs, newest first.</summary>
    public Task<JobListing> ListJobsAsync(JobQuery query, CancellationToken cancellation = default) =>
        _connection.GetAsync($"/v1/jobs{query.AsText()}", ClientJson.Default.JobListing, cancellation);

    /// <summary>Cancels a job that is not final.</summary>
    public Task<JobDetails> CancelJobAsync(string id, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/jobs/{Name(id)}/cancel", null, ClientJson.Default.JobDetails, cancellation);

    /// <summary>Gives a dead, discarded or cancelled job a fresh budget of attempts.</summary>
    public Task<JobDetails> RetryJobAsync(string id, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/jobs/{Name(id)}/retry", null, ClientJson.Default.JobDetails, cancellation);

    /// <summary>All queues.</summary>
    public async Task<IReadOnlyList<QueueDetails>> ListQueuesAsync(CancellationToken cancellation = default) =>
        (await _connection.GetAsync("/v1/queues", ClientJson.Default.ListingQueueDetails, cancellation)).Items;

    /// <summary>One queue.</summary>
    public Task<QueueDetails> GetQueueAsync(string name, CancellationToken cancellation = default) =>
        _connection.GetAsync($"/v1/queues/{Name(name)}", ClientJson.Default.QueueDetails, cancellation);

    /// <summary>Changes a queue; a refused change leaves all of it as it was.</summary>
    public Task<QueueDetails> ChangeQueueAsync(string name, QueueChange change, CancellationToken cancellation = default)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(change, ClientJson.Sparse.QueueChange);
        HttpRequestMessage request = new(HttpMethod.Patch, $"/v1/queues/{Name(name)}") { Content = Connection.Json(text) };
        return _connection.ReadAsync(request, ClientJson.Default.QueueDetails, cancellation);
    }

    /// <summary>A queue's weights now, and their newest changes as far as they are kept.</summary>
    /// <param name="name">The queue.</param>
    /// <param name="limit">Changes at most, 1 to 500; null: 100.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public Task<QueueWeightDetails> GetQueueWeightsAsync(string name, int? limit = null, CancellationToken cancellation = default) =>
        _connection.GetAsync($"/v1/queues/{Name(name)}/weights{(limit is { } n ? FormattableString.Invariant($"?limit={n}") : "")}", ClientJson.Default.QueueWeightDetails, cancellation);

    /// <summary>Assigns nothing more of a queue; what runs goes on.</summary>
    public Task<QueueDetails> PauseQueueAsync(string name, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/queues/{Name(name)}/pause", null, ClientJson.Default.QueueDetails, cancellation);

    /// <summary>Assigns again.</summary>
    public Task<QueueDetails> ResumeQueueAsync(string name, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/queues/{Name(name)}/resume", null, ClientJson.Default.QueueDetails, cancellation);

    /// <summary>All workers.</summary>
    public async Task<IReadOnlyList<WorkerDetails>> ListWorkersAsync(CancellationToken cancellation = default) =>
        (await _connection.GetAsync("/v1/workers", ClientJson.Default.ListingWorkerDetails, cancellation)).Items;

    /// <summary>Gives a worker no new jobs; its running ones finish.</summary>
    public Task<WorkerDetails> DrainWorkerAsync(string name, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/workers/{Name(name)}/drain", null, ClientJson.Default.WorkerDetails, cancellation);

    /// <summary>Gives it jobs again.</summary>
    public Task<WorkerDetails> UndrainWorkerAsync(string name, CancellationToken cancellation = default) =>
        _connection.PostAsync($"/v1/workers/{Name(name)}/undrain", null, ClientJson.Default.WorkerDetails, cancellation);

    /// <summary>The node's metrics in the text format of Prometheus.</summary>
    public async Task<string> GetMetricsAsync(CancellationToken cancellation = default) =>
        System.Text.Encoding.UTF8.GetString((await _connection.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/metrics"), cancellation)).Body);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task<IReadOnlyList<string>> SubmitBatchAsync(ReadOnlyMemory<byte> text, long before, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/v1/jobs:bulk") { Content = Connection.Json(text, "application/x-ndjson") };
        byte[] body;
        try
        {
            body = (await _connection.SendAsync(request, cancellation)).Body;
        }
        catch (RefusedException e) when (e.Line is { } line)
        {
            throw new RefusedException(e.Status, e.Code, e.Detail, before + line, e.State);
        }

        List<string> ids = [];
        foreach (Range range in MemoryExtensions.Split(body, (byte)'\n'))
        {
            if (body.AsSpan(range).Trim((byte)'\r').IsEmpty)
                continue;
            BulkLine line = _connection.Parse(body.AsSpan(range), ClientJson.Default.BulkLine);
            if (line.Id is null)
                throw new RefusedException(200, line.Code ?? "", line.Detail ?? "the line was refused", before + line.Line);
            ids.Add(line.Id);
        }
        return ids;
    }

    private static string Name(string name) => Uri.EscapeDataString(name);
}
