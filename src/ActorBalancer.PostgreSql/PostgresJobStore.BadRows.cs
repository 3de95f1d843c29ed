using Npgsql;

namespace ActorBalancer.Storage.Postgres;

// A row that the database cannot hold must not keep the others of its commit out, nor have the owner try for ever.
internal sealed partial class PostgresJobStore
{
    /// <summary>Finds the rows by halving, and adds their keys. False: the database went away meanwhile.</summary>
    /// <exception cref="InvalidOperationException">It is no row to insert that cannot be stored.</exception>
    private async Task<bool> FindBadRowsAsync(Commit commit, HashSet<long> refused)
    {
        long[] keys = [.. commit.Inserts.SelectMany(rows => rows.Keys).Where(key => key >= 0 && !refused.Contains(key)).Distinct()];
        int before = refused.Count;
        try
        {
            await FindAsync(keys);
        }
        catch (Exception e) when (PostgresErrors.IsPassing(e))
        {
            await _writer.DropAsync();
            Trouble = $"{_names.Shown}: {e.Message}";
            return false;
        }
        return refused.Count > before ? true : throw new InvalidOperationException("The database cannot store a commit, and none of its new jobs is why.");

        async Task FindAsync(ArraySegment<long> some)
        {
            if (some.Count == 0 || await IsStorableAsync(commit, some, refused))
                return;
            if (some.Count == 1)
            {
                refused.Add(some[0]);
                return;
            }
            await FindAsync(some[..(some.Count / 2)]);
            await FindAsync(some[(some.Count / 2)..]);
        }
    }

    /// <summary>Whether those rows go in, which is tried and undone.</summary>
    private async Task<bool> IsStorableAsync(Commit commit, IEnumerable<long> keys, HashSet<long> refused)
    {
        try
        {
            NpgsqlConnection connection = await _writer.OpenAsync(commit.Incarnation, default);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            CommitPlan plan = new(_sql, _queues, _words) { LeftOut = new LeftOutRows(commit) };
            plan.LeftOut.AddRefused(refused);
            plan.LeftOut.AddAllBut(keys.ToHashSet());
            await JudgeAsync(connection, commit, plan);
            await LookUpAsync(connection, plan, commit);
            plan.AddInserts(commit, careful: true);
            await using NpgsqlBatch batch = new(connection, transaction);
            plan.WriteInserts(batch);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync();
            await transaction.RollbackAsync();
            return true;
        }
        catch (Exception e) when (PostgresErrors.IsBadRow(e))
        {
            // The driver loses its place in the answers of a batch of which one command fails while it is being prepared.
            await _writer.DropAsync();
            return false;
        }
        finally
        {
            _queues.End(kept: false);
        }
    }
}
