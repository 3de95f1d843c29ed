using ActorBalancer.Work;

namespace ActorBalancer.Wire;

/// <summary>How far a run is: a message of its own, and part of a job's row.</summary>
internal static class ProgressFormat
{
    public static byte[] Write(RunProgress progress)
    {
        WireWriter w = WireWriter.Begin();
        int head = w.Start(WireFormat.Head);
        w.Number(progress.Key);
        w.Number(progress.Attempt);
        Write(w, progress.Progress);
        w.End(head);
        return w.Finish();
    }

    public static RunProgress Read(byte[] bytes, NameCache cache)
    {
        WireReader r = new(bytes, nameof(RunProgress), cache);
        WireFields head = r.Fields(WireFormat.Head);
        return new RunProgress(head.Number(), head.Int32(), ReadProgress(ref head) ?? new JobProgress(0, null));
    }

    public static void Write(WireWriter w, JobProgress? progress)
    {
        w.Flag(progress is not null);
        if (progress is null)
            return;
        w.Real(progress.Fraction);
        w.Text(progress.Note);
    }

    public static JobProgress? ReadProgress(ref WireFields row) => row.Flag() ? new JobProgress(row.Real(), row.TextOrNull()) : null;
}
