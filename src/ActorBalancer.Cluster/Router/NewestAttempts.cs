namespace ActorBalancer.Cluster.Router;

/// <summary>
/// A job has up to 1,000 attempts with errors of 4,096 characters, together more than a frame holds, and a larger message
/// is dropped without a word.
/// </summary>
internal static class NewestAttempts
{
    // Times, numbers and lengths of an attempt on the wire.
    private const int RowBytes = 64;

    /// <summary>The newest that have at most so many bytes, oldest first.</summary>
    public static IReadOnlyList<JobAttempt> Within(int bytes, IReadOnlyList<JobAttempt> attempts)
    {
        int first = attempts.Count;
        while (first > 0 && (bytes -= SizeOf(attempts[first - 1])) >= 0)
            first--;
        return first == 0 ? attempts : [.. attempts.Skip(first)];
    }

    // A character takes up to three bytes.
    private static int SizeOf(JobAttempt attempt) =>
        RowBytes + 3 * (attempt.Worker.Length + (attempt.Error?.Length ?? 0) + (attempt.Why?.Length ?? 0));
}
