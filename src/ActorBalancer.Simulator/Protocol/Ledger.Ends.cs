namespace ActorBalancer.Simulator.Protocol;

/// <content>What must be so at the end.</content>
internal sealed partial class Ledger
{
    public void CheckAllEnded()
    {
        foreach (ClientJob client in _offers)
        {
            if (client.IsAccepted && client.Key < 0)
                throw new ProtocolViolation($"{client} was accepted, and is not stored");
            if (client.Pending > 0)
                throw new ProtocolViolation($"{client} was never answered");
            if (client.IsPosted && client.Key < 0)
                throw new ProtocolViolation($"{client} is in the inbox still");
        }
        foreach (StoredJob job in _jobs.Values)
        {
            if (!job.IsFinal)
                throw new ProtocolViolation($"{job} has not ended: {Present(job)}");
        }
    }

    /// <summary>Where an owner has it, to say so.</summary>
    private string Present(StoredJob job)
    {
        string where = string.Join("; ", world.Alive<RouterNode>().Where(r => r.Dispatcher?.Owns(job.Key) == true).Select(r => $"{r} says {r.Dispatcher!.Describe(job.Key)?.ToString() ?? "nothing"}"));
        return $"{job.Runs.Count} runs, {job.Attempts} attempts recorded, owner {world.Store.Inside.OwnerOf(JobKey.Queue(job.Key))}; {where}";
    }
}
