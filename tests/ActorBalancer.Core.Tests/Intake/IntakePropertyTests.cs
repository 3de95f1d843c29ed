using ActorBalancer.Dispatch;
using ActorBalancer.Intake;
using CsCheck;
using static ActorBalancer.Core.Tests.Intake.IntakeHarness;

namespace ActorBalancer.Core.Tests.Intake;

public sealed class IntakePropertyTests
{
    /// <summary>
    /// Whatever happens to routers, answers and time: every submit is answered once, every accepted job of a notified
    /// batch ends once, and nothing is kept when all is over.
    /// </summary>
    [Fact]
    public void Every_submit_is_answered_once_and_every_accepted_job_ends_once() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 99]).Array[1, 200].Sample(steps =>
        {
            IntakeHarness h = new(new() { BatchJobs = 4, OutstandingJobs = 12, RemoteWindowBytes = 300 });
            List<Caller> callers = [];
            List<(Sink Sink, int Count)> sinks = [];
            Dictionary<long, (long[] Keys, RefusalCode[] Codes)> accepted = [];
            int router = 1, nextKey = 1, answered = 0;
            bool isUp = false;

            void AnswerNext(int dice)
            {
                if (answered >= h.Batches.Count)
                    return;
                IntakeBatch batch = h.Batches[answered++];
                RefusalCode[] codes = [.. Enumerable.Range(0, batch.Jobs.Count).Select(i => (dice + i) % 5 == 0 ? RefusalCode.QueueFull : RefusalCode.None)];
                long[] keys = [.. codes.Select(c => c == RefusalCode.None ? nextKey++ : -1)];
                accepted[batch.Ticket] = (keys, codes);
                h.Answer(batch, keys, codes.Any(c => c != RefusalCode.None) ? codes : null);
            }

            // Everything a router could say about what it was asked, doubled and in odd order.
            void FinishAll(int dice)
            {
                List<FinishedJob> ends = [];
                foreach ((long ticket, (long[] keys, RefusalCode[] codes)) in accepted)
                    ends.AddRange(Enumerable.Range(0, keys.Length).Where(i => codes[i] == RefusalCode.None && (i + dice) % 2 == 0).Select(i => Done(ticket, i, keys[i])));
                foreach (WatchSend watch in h.Watches)
                    ends.AddRange(watch.Keys.Select((k, i) => Done(watch.Ticket, i, k)));
                ends.AddRange(ends.ToArray());
                h.Finish([.. ends.OrderBy(e => (e.Key * 7919) % 101)]);
            }

            foreach ((int what, int dice) in steps)
            {
                switch (what)
                {
                    case 0 or 1: callers.Add(h.Submit(dice)); break;
                    case 2: sinks.Add((h.Submit(1 + (dice % 4), tag: sinks.Count), 1 + (dice % 4))); break;
                    case 3: h.Flush(); break;
                    case 4 or 5: AnswerNext(dice); break;
                    case 6: FinishAll(dice); break;
                    case 7: h.Tick(dice % 12); break;
                    case 8 when isUp: h.RouterGone(router++); isUp = false; break;
                    default: h.RouterUp(router, isLocal: router % 2 == 0); isUp = true; break;
                }
            }

            h.Flush();
            h.RouterUp(router, isLocal: true);
            while (answered < h.Batches.Count)
                AnswerNext(1);
            h.RouterUp(router, isLocal: true);
            FinishAll(0);
            FinishAll(1);

            Assert.All(callers, c => Assert.Single(c.Answers));
            foreach ((Sink sink, int count) in sinks)
            {
                Assert.Equal(Enumerable.Range(0, count), sink.Answers.Select(a => a.Row));
                Assert.Equal(
                    sink.Answers.Where(a => a.Code == RefusalCode.None).Select(a => (a.Tag, a.Row, a.Key)),
                    sink.Ends.Select(e => (e.Ticket, e.Index, e.Key)).Order());
            }
            Assert.False(h.Core.NeedsTick);
            Assert.False(h.Core.NeedsFlush);
        }, iter: 2_000);
}
