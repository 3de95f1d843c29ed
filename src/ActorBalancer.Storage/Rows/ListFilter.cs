using System.Globalization;

namespace ActorBalancer.Storage.Rows;

/// <summary>
/// A query as conditions on the tables of jobs. Values that come from a user are arguments, never text of a statement: <c>:source</c>,
/// <c>:key</c> (that of a source which is an id) and <c>:text</c>.
/// </summary>
internal sealed class ListFilter
{
    private readonly JobQuery _query;
    private readonly List<string> _conditions = [];
    private readonly int _worker;

    private ListFilter(JobQuery query, int worker) => (_query, _worker) = (query, worker);

    /// <summary>The key that <see cref="JobQuery.Source"/> means if it is an id, -1 if it is none.</summary>
    public long SourceKey { get; private init; } = -1;

    /// <param name="query">What is asked for.</param>
    /// <param name="words">All kinds and workers by number.</param>
    /// <param name="has">How the database asks whether a column has <c>:text</c> in it.</param>
    /// <returns>Null: nothing can match.</returns>
    public static ListFilter? Of(JobQuery query, IEnumerable<KeyValuePair<string, int>> words, Func<string, string> has)
    {
        int worker = 0, kind = 0;
        List<int> kinds = [];
        foreach ((string word, int id) in words)
        {
            if (word == query.Kind)
                kind = id;
            if (word == query.Worker)
                worker = id;
            if (query.Text is { } part && word.Contains(part, StringComparison.OrdinalIgnoreCase))
                kinds.Add(id);
        }
        if (query.State == JobState.Running || (query.Kind is not null && kind == 0))
            return null;

        ListFilter filter = new(query, worker) { SourceKey = query.Source is { } source && JobId.TryParse(source, out JobId id2) ? id2.Key : -1 };
        if (kind != 0)
            filter._conditions.Add(string.Create(CultureInfo.InvariantCulture, $"kind = {kind}"));
        if (query.Source is not null)
            filter._conditions.Add("(source = :source OR (source IS NULL AND key = :key))");
        if (query.Text is { Length: > 0 } text)
        {
            List<string> any = [has("source"), has("error")];
            if (kinds.Count > 0)
                any.Add($"kind IN ({string.Join(", ", kinds)})");
            any.AddRange(IdPart.Of(text).Select(part => string.Create(CultureInfo.InvariantCulture, $"((key >> {part.Shift}) & {part.Mask}) = {part.Value}")));
            filter._conditions.Add($"({string.Join(" OR ", any)})");
        }
        return filter;
    }

    /// <summary>The tables in which there can be matches, each with its conditions; <c>:now</c> is the store's time.</summary>
    public IEnumerable<(string Table, string Conditions)> Tables()
    {
        JobState? state = _query.State;
        bool final = !_query.Open;
        if (state is null or JobState.Waiting)
            yield return ("job", With());
        if (state is null)
            yield return ("later", With());
        if (state == JobState.Waiting)
            yield return ("later", With("at <= :now"));
        if (state is JobState.Scheduled or JobState.Retrying)
            yield return ("later", With(string.Create(CultureInfo.InvariantCulture, $"state = {(int)state} AND at > :now")));
        // A worker that nobody has met has finished nothing; what is not final passes, since only its owner knows where it runs.
        if (!final || (_query.Worker is not null && _worker == 0))
            yield break;
        string? worker = _query.Worker is null ? null : string.Create(CultureInfo.InvariantCulture, $"worker = {_worker}");
        if (state is null or JobState.Succeeded)
            yield return ("done", With(worker));
        if (state is null)
            yield return ("ended", With(worker));
        if (state is JobState.Discarded or JobState.Cancelled or JobState.Dead)
            yield return ("ended", With(string.Create(CultureInfo.InvariantCulture, $"state = {(int)state}"), worker));
    }

    private string With(params IEnumerable<string?> more) =>
        string.Concat(more.Where(condition => condition is not null).Concat(_conditions).Select(condition => $" AND {condition}"));
}
