using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using CsCheck;
using static ActorBalancer.Core.Tests.Intake.IntakeHarness;

namespace ActorBalancer.Core.Tests.Intake;

/// <summary>Three routers and three queues that move between them while routers come, go and say no.</summary>
public sealed class OwnerPropertyTests
{
    private static readonly string[] Queues = ["a", "b", "c"];

    [Fact]
    public void Every_submit_is_answered_once_and_every_accepted_job_ends_once_while_queues_move() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 99]).Array[1, 200].Sample(steps =>
        {
            World world = new();
            foreach ((int what, int dice) in steps)
                world.Step(what, dice);
            world.Settle();
        }, iter: 1_000);

    private sealed class World
    {
        private readonly IntakeHarness _h = new(new() { BatchJobs = 4, OutstandingJobs = 40, RemoteWindowBytes = 400 });
        private readonly List<Caller> _callers = [];
        private readonly List<(Sink Sink, int Count)> _sinks = [];
        private readonly List<(long Ticket, int Row, long Key)> _accepted = [];

        // Which router is at each of three places: a number is never used twice. It is its incarnation, too.
        private readonly int[] _routers = [1, 2, 3];
        private readonly bool[] _isUp = new bool[3];
        private readonly int[] _owners = [1, 2, 1];
        private int _lastRouter = 3;
        private long _sequence;
        private int _answered;

        public void Step(int what, int dice)
        {
            int place = dice % 3;
            switch (what)
            {
                case 0 or 1: One(dice); break;
                case 2 or 3: Many(dice); break;
                case 4: _h.Flush(); break;
                case 5 or 6: AnswerNext(dice); break;
                case 7: Finish(dice); break;
                case 8: _h.Tick(dice % 4); break;
                case 9 when _isUp[place]: Lose(place); break;
                case 10:
                    _owners[dice % 3] = _routers[dice / 3 % 3];
                    Tell(dice / 9 % 3);
                    break;
                default: Up(place); break;
            }
        }

        public void Settle()
        {
            _h.Flush();
            for (int place = 0; place < 3; place++)
                Up(place);
            for (int queue = 0; queue < 3; queue++)
                _owners[queue] = _routers[queue];
            // Whatever is under way is told where to go, or answered.
            for (int round = 0; round < 50; round++)
            {
                for (int place = 0; place < 3; place++)
                    Tell(place);
                while (_answered < _h.Sent.Count)
                    AnswerNext(1);
                _h.Tick(1);
            }
            Finish(0);
            Finish(1);

            Assert.All(_callers, c => Assert.Single(c.Answers));
            foreach ((Sink sink, int count) in _sinks)
            {
                Assert.Equal(Enumerable.Range(0, count), sink.Answers.Select(a => a.Row));
                Assert.Equal(
                    sink.Answers.Where(a => a.Code == RefusalCode.None).Select(a => (a.Tag, a.Row, a.Key)),
                    sink.Ends.Select(e => (e.Ticket, e.Index, e.Key)).Order());
            }
            Assert.False(_h.Core.NeedsTick);
            Assert.False(_h.Core.NeedsFlush);
        }

        private void One(int dice)
        {
            Caller caller = new();
            _callers.Add(caller);
            _h.Do(() => _h.Core.Submit(Job(dice) with { Queue = Queues[dice % 3], Key = Key(dice) }, caller, _h.Now, _h.Effects));
        }

        private void Many(int dice)
        {
            Sink sink = new();
            JobRequest[] jobs = [.. Enumerable.Range(0, 1 + (dice % 4)).Select(i => Job(i) with { Queue = Queues[(dice + (i * dice)) % 3], Key = Key(dice) })];
            _sinks.Add((sink, jobs.Length));
            _h.Do(() => _h.Core.Submit(new IntakeBatch(JobBatch.From(jobs), _sinks.Count - 1, sink, notify: true), _h.Now, _h.Effects));
        }

        private static string? Key(int dice) => dice % 5 == 0 ? "k" : null;

        /// <summary>A router judges the next batch that has come to it.</summary>
        private void AnswerNext(int dice)
        {
            if (_answered >= _h.Sent.Count)
                return;
            (long ticket, int router, IntakeBatch batch) = _h.Sent[_answered++];
            if (!_routers.Contains(router))
                return; // It died with it.
            if (batch.Jobs.Queues.Any(q => _owners[Array.IndexOf(Queues, q)] != router))
            {
                _h.Do(() => _h.Core.Moved(ticket, _h.Now, _h.Effects));
                return;
            }
            RefusalCode[] codes = [.. Enumerable.Range(0, batch.Jobs.Count).Select(i => (dice + i) % 5 == 0 ? RefusalCode.QueueFull : RefusalCode.None)];
            long[] keys = [.. codes.Select((c, i) => c == RefusalCode.None ? JobKey.Pack(Array.IndexOf(Queues, batch.Jobs.Queue(i)), 5, _sequence++) : -1)];
            if (batch.Notify)
                _accepted.AddRange(keys.Select((k, i) => (ticket, i, k)).Where(a => a.k >= 0));
            string? why = codes.Any(c => c != RefusalCode.None) ? "why" : null;
            _h.Do(() => _h.Core.Answered(ticket, keys, why is null ? null : codes, why, _h.Now, _h.Effects));
        }

        /// <summary>Everything that a router could say about what it was asked, doubled, in odd order, and that it is not the one to ask.</summary>
        private void Finish(int dice)
        {
            List<FinishedJob> ends = [.. _accepted.Where(a => (a.Row + dice) % 2 == 0).Select(a => Done(a.Ticket, a.Row, a.Key))];
            foreach (WatchSend watch in _h.Watches.ToArray())
            {
                for (int i = 0; i < watch.Keys.Length; i++)
                {
                    if (watch.Keys[i] >= 0)
                        ends.Add(dice % 7 == 6 ? Done(watch.Ticket, i, watch.Keys[i]) with { State = JobState.Waiting } : Done(watch.Ticket, i, watch.Keys[i]));
                }
            }
            ends.AddRange(ends.ToArray());
            _h.Finish([.. ends.OrderBy(e => (e.Key * 7919) % 101)]);
        }

        private void Up(int place)
        {
            _isUp[place] = true;
            _h.RouterUp(_routers[place], isLocal: place == 0);
            Tell(place);
        }

        private void Lose(int place)
        {
            _isUp[place] = false;
            _h.RouterGone(_routers[place]);
            _routers[place] = ++_lastRouter;
        }

        private void Tell(int place)
        {
            if (!_isUp[place])
                return;
            QueueOwner[] owners = [.. Queues.Select((q, i) => new QueueOwner(q, i, _owners[i]))];
            _h.Do(() => _h.Core.Owners(_routers[place], _routers[place], owners, _h.Now, _h.Effects));
        }
    }
}
