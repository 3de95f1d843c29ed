using System.Runtime.CompilerServices;
using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>Submits, and waits where that was asked for.</summary>
internal sealed class SubmitRun(Tool tool, bool wait)
{
    /// <summary>The same job once or often.</summary>
    public async Task<int> ManyAsync(JobSubmission job, int count, CancellationToken stop)
    {
        if (count > 1 && tool.Json && !wait)
        {
            // One by one: the answer to a bulk has no more than the ids.
            for (int i = 0; i < count; i++)
                tool.Print(await tool.Client.SubmitAsync(job, stop), ClientJson.Default.SubmittedJob);
            return ExitCode.Done;
        }
        if (count > 1)
            return await RunAsync(tool.Client.SubmitManyAsync(Enumerable.Repeat(job, count), stop), separated: true, stop);
        SubmittedJob submitted = await tool.Client.SubmitAsync(job, stop);
        if (wait)
            return await RunAsync(Only(submitted.Id, stop), separated: false, stop);
        if (tool.Json)
            tool.Print(submitted, ClientJson.Default.SubmittedJob);
        else
            tool.Screen.Line(submitted.Id);
        return ExitCode.Done;
    }

    /// <summary>One job a line of a file.</summary>
    public async Task<int> BulkAsync(string file, CancellationToken stop)
    {
        await using Stream lines = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        return await RunAsync(tool.Client.SubmitLinesAsync(lines, stop), separated: true, stop);
    }

    /// <param name="ids">Of accepted jobs.</param>
    /// <param name="separated">Whether each result is a line, for they would run into each other.</param>
    /// <param name="stop">Stops waiting; the jobs go on.</param>
    private async Task<int> RunAsync(IAsyncEnumerable<string> ids, bool separated, CancellationToken stop)
    {
        if (!wait)
        {
            await foreach (string id in ids.WithCancellation(stop))
                ShowId(id);
            return ExitCode.Done;
        }

        // All are on their way before the first is waited for.
        List<string> accepted = [];
        int failed = 0;
        try
        {
            await foreach (string id in ids.WithCancellation(stop))
                accepted.Add(id);
        }
        finally
        {
            for (int i = 0; i < accepted.Count && !stop.IsCancellationRequested; i++)
                failed += await WaitAsync(accepted[i], separated, stop) ? 0 : 1;
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Whether it succeeded.</summary>
    private async Task<bool> WaitAsync(string id, bool separated, CancellationToken stop)
    {
        try
        {
            byte[] result = await tool.Client.WaitForResultAsync(id, stop);
            if (tool.Json)
                tool.Print(await tool.Client.GetJobAsync(id, stop), ClientJson.Default.JobDetails);
            else
                await WriteAsync(result, separated || tool.Screen.IsRich);
            return true;
        }
        catch (RefusedException e) when (e.State is not null)
        {
            JobDetails job = await tool.Client.GetJobAsync(id, stop);
            if (tool.Json)
                tool.Print(job, ClientJson.Default.JobDetails);
            Tool.Remark($"Job {id} is {job.State}{(job.Reason is null ? "" : $" ({job.Reason})")}{(job.Error is null ? "" : $": {job.Error}")}");
            return false;
        }
        catch (UnreachableException)
        {
            Tool.Remark($"Job {id} was accepted; 'actorbalancer job show {id}' tells what becomes of it.");
            throw;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Tool.Remark($"No longer waiting; job {id} goes on, and 'actorbalancer job cancel {id}' ends it.");
            throw;
        }
    }

    private void ShowId(string id)
    {
        if (tool.Json)
            tool.Print(new AcceptedId(id), ToolJson.Default.AcceptedId);
        else
            tool.Screen.Line(id);
    }

    /// <summary>The very bytes, which need not be text.</summary>
    private static async Task WriteAsync(byte[] result, bool line)
    {
        await using Stream output = Console.OpenStandardOutput();
        await output.WriteAsync(result);
        if (line)
            output.WriteByte((byte)'\n');
    }

    private static async IAsyncEnumerable<string> Only(string id, [EnumeratorCancellation] CancellationToken stop = default)
    {
        await Task.CompletedTask.WaitAsync(stop);
        yield return id;
    }
}
