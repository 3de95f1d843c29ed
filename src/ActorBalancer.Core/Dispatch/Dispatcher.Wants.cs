using ActorBalancer.Storage;

namespace ActorBalancer.Dispatch;

/// <summary>What is to be read, and in which words the store is asked for it.</summary>
internal sealed partial class Dispatcher
{
    private const int KeysAtOnce = 1_024;

    private void List(QueueState queue)
    {
        if (queue.Reader.IsListed)
            return;
        queue.Reader.IsListed = true;
        _readers.Add(queue);
    }

    private void Lower(ReadyStream stream, long sequence)
    {
        stream.Lower(sequence);
        Want(stream);
    }

    private void Lower(LaterStream stream, (long Due, long Key) at)
    {
        stream.Lower(at);
        if (!stream.IsListed)
        {
            stream.IsListed = true;
            _laterBehind.Add(stream);
        }
        Want(stream);
    }

    private void Want(ReadyStream stream)
    {
        if (stream.IsWanted || stream.Behind == ReadyStream.None || !IsLow(stream.Kept, stream.Bytes))
            return;
        stream.IsWanted = true;
        stream.Lane.Queue.Reader.Streams.Enqueue(stream);
        List(stream.Lane.Queue);
    }

    private void Want(LaterStream stream)
    {
        if (stream.IsWanted || stream.Behind == LaterStream.None
            || !(IsLow(stream.Kept, stream.Bytes) || (stream.Behind.Due <= Now.UnixMs && HasRoom(stream))))
            return;
        stream.IsWanted = true;
        stream.Lane.Queue.Reader.Laters.Enqueue(stream);
        List(stream.Lane.Queue);
    }

    private void Want(QueueState queue, SourceChain chain)
    {
        if (chain.IsWanted || !chain.More || chain.Count > _limits.SourceJobs / 4 || ReferenceEquals(queue.Reader.For, chain))
            return;
        chain.IsWanted = true;
        queue.Reader.Chains.Enqueue(chain);
        List(queue);
    }

    private void WantKey(QueueState queue, long key)
    {
        queue.Reader.Keys.Add(key);
        List(queue);
    }

    private static LoadQuery? AskKeys(QueueState queue) => queue.Reader.Keys.Count == 0 ? null : new LoadQuery
    {
        Queue = queue.Number,
        From = LoadFrom.Keys,
        Limit = KeysAtOnce,
        Keys = [.. queue.Reader.Keys.Take(KeysAtOnce)],
    };

    private LoadQuery? AskDiscovery(QueueState queue)
    {
        QueueReader reader = queue.Reader;
        if (!reader.Undiscovered.TryPeek(out int priority))
            return null;
        var query = new LoadQuery
        {
            Queue = queue.Number,
            From = priority < 0 ? LoadFrom.Later : LoadFrom.Ready,
            Limit = _limits.LoadJobs,
            AfterUnixMs = reader.Cursor.Due,
            AfterKey = reader.Cursor.Key,
            Except = [.. reader.Full],
        };
        return priority < 0 ? query : query with
        {
            AfterKey = Math.Max(reader.Cursor.Key, JobKey.Pack(queue.Number, priority, 0) - 1),
            BeforeKey = JobKey.Pack(queue.Number, priority, queue.LoadBelow),
        };
    }

    private LoadQuery? AskChain(QueueState queue)
    {
        while (queue.Reader.Chains.TryDequeue(out SourceChain? chain))
        {
            chain.IsWanted = false;
            if (!chain.More)
                continue;
            chain.Missed = false;
            queue.Reader.For = chain;
            return new LoadQuery
            {
                Queue = queue.Number,
                From = LoadFrom.Source,
                Source = chain.Name,
                AfterKey = chain.After,
                Limit = chain.Count + _limits.SourceJobs,
            };
        }
        return null;
    }

    private LoadQuery? AskReady(QueueState queue)
    {
        while (queue.Reader.Streams.TryDequeue(out ReadyStream? stream))
        {
            stream.IsWanted = false;
            if (stream.Behind == ReadyStream.None || !HasRoom(stream))
                continue;
            var query = new LoadQuery
            {
                Queue = queue.Number,
                From = LoadFrom.Ready,
                Kind = stream.Lane.KindName,
                Limit = Math.Min(_limits.LoadJobs, _streamJobs - stream.Kept),
                AfterKey = JobKey.Pack(queue.Number, stream.Priority, stream.Behind) - 1,
                BeforeKey = JobKey.Pack(queue.Number, stream.Priority, JobKey.MaxSequence) + 1,
            };
            queue.Reader.For = stream;
            queue.Reader.Last = stream.Last;
            (stream.IsLoading, stream.Behind, stream.Missed) = (true, ReadyStream.None, ReadyStream.None);
            return query;
        }
        return null;
    }

    private LoadQuery? AskLater(QueueState queue)
    {
        while (queue.Reader.Laters.TryDequeue(out LaterStream? stream))
        {
            stream.IsWanted = false;
            if (stream.Behind == LaterStream.None || !HasRoom(stream))
                continue;
            var query = new LoadQuery
            {
                Queue = queue.Number,
                From = LoadFrom.Later,
                Kind = stream.Lane.KindName,
                Limit = Math.Min(_limits.LoadJobs, _streamJobs - stream.Kept),
                AfterUnixMs = stream.Behind.Due,
                AfterKey = stream.Behind.Key - 1,
            };
            queue.Reader.For = stream;
            (stream.IsLoading, stream.Behind, stream.Missed) = (true, LaterStream.None, LaterStream.None);
            return query;
        }
        return null;
    }
}
