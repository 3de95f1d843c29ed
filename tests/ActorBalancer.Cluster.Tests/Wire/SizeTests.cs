using System.Runtime.InteropServices;
using System.Text;
using ActorBalancer.Wire;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Tests.Wire;

public sealed class SizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(256)]
    public void Job_costs_at_most_64_bytes_more_than_its_payload_and_strings(int jobs)
    {
        const int Message = 128;
        AssignBatch batch = Batches.Wild(jobs);
        int content = batch.Jobs.Sum(j => j.Payload.Length + Utf8(j.Queue) + Utf8(j.Kind) + Utf8(j.Source!));

        int overhead = WireMessages.Serializer.ToBinary(batch).Length - content;

        Assert.InRange(overhead, 0, Message + (64 * jobs));
    }

    [Fact]
    public void Columns_that_are_all_equal_cost_a_few_bytes_whatever_the_number_of_jobs()
    {
        AssignBatch small = Batches.Of(2), large = Batches.Of(256);
        foreach (AssignBatch batch in (AssignBatch[])[small, large])
        {
            for (int i = 0; i < batch.Jobs.Length; i++)
            {
                batch.Jobs[i].Source = null;
                batch.Jobs[i].Payload = "{}"u8.ToArray();
            }
        }

        int grown = WireMessages.Serializer.ToBinary(large).Length - WireMessages.Serializer.ToBinary(small).Length;

        // Two bytes of payload and one of its length for each job, and three longer lengths.
        Assert.InRange(grown, 254 * 3, (254 * 3) + 8);
    }

    [Fact]
    public void Payloads_are_slices_of_the_received_bytes()
    {
        byte[] bytes = WireMessages.Serializer.ToBinary(Batches.Of(64));

        AssignBatch back = (AssignBatch)WireMessages.Serializer.FromBinary(bytes, "ab");

        Assert.All(back.Jobs, job =>
        {
            Assert.True(MemoryMarshal.TryGetArray(job.Payload, out ArraySegment<byte> slice));
            Assert.Same(bytes, slice.Array);
        });
    }

    [Fact]
    public void Kind_is_one_string_within_a_batch_and_across_batches()
    {
        AssignBatch first = WireMessages.RoundTrip(Batches.Of(64)), second = WireMessages.RoundTrip(Batches.Of(64));

        Assert.All(first.Jobs.Concat(second.Jobs), job =>
        {
            Assert.Same(first.Jobs[0].Kind, job.Kind);
            Assert.Same(first.Jobs[0].Queue, job.Queue);
        });
    }

    [Fact]
    public void Cache_of_names_keeps_its_size_and_gives_the_right_name_after_a_collision()
    {
        NameCache cache = new();
        for (int i = 0; i < NameCache.Entries * 20; i++)
        {
            string name = $"kind-{i}";
            Assert.Equal(name, cache.Get(Encoding.UTF8.GetBytes(name), bytes => Encoding.UTF8.GetString(bytes)));
        }
        string longer = new('k', NameCache.LongestBytes + 1);
        byte[] utf8 = Encoding.UTF8.GetBytes(longer);
        Assert.NotSame(
            cache.Get(utf8, bytes => Encoding.UTF8.GetString(bytes)), cache.Get(utf8, bytes => Encoding.UTF8.GetString(bytes)));
    }

    [Fact]
    public void Many_threads_write_and_read_at_once()
    {
        AssignBatch[] batches = [.. Enumerable.Range(1, 40).Select(Batches.Of)];
        Parallel.For(0, 2000, i =>
        {
            AssignBatch sent = batches[i % batches.Length];
            AssignBatch back = WireMessages.RoundTrip(sent);
            Assert.Equal(sent.Jobs.Length, back.Jobs.Length);
            Assert.Null(MessageEquality.Difference(sent.Jobs[^1], back.Jobs[^1]));
        });
    }

    private static int Utf8(string text) => Encoding.UTF8.GetByteCount(text);
}
