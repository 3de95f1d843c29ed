using System.Diagnostics.Metrics;
using ActorBalancer.Cluster.Metrics;

namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>What a collector of metrics reads.</summary>
[Collection(nameof(AdministeredCluster))]
public sealed class MeterTests(AdministeredCluster cluster)
{
    [Fact]
    public async Task Router_counts_what_happens_in_a_queue()
    {
        const string Queue = "meter";
        JobId dead = await cluster.SubmitAsync("fail", "meter-shut", Queue, attempts: 1);
        await cluster.Client.WaitAsync(dead);
        for (int i = 0; i < 3; i++)
            await cluster.Client.WaitAsync(await cluster.SubmitAsync("echo", "x", Queue));
        JobId[] gated = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => cluster.SubmitAsync("gated", Queue, Queue)));
        await cluster.Client.SubmitAsync("echo", "x", o => (o.Queue, o.Delay) = (Queue, TimeSpan.FromHours(1)));
        await Assert.ThrowsAsync<JobRefusedException>(() => cluster.SubmitAsync("nobody-offers-it", "x", Queue));

        await Poll.UntilAsync(
            () => Task.FromResult(Read("r1")),
            s => s.GetValueOrDefault($"actorbalancer.jobs.waiting queue={Queue}") == 2 && s.GetValueOrDefault("actorbalancer.jobs.refused code=unknown_kind") == 1);
        // The instruments are read one after the other, and newer figures may have come in between; from now on nothing changes.
        Dictionary<string, double> seen = Read("r1");
        Assert.Equal(11, seen[$"actorbalancer.jobs.accepted queue={Queue}"]);
        Assert.Equal(3, seen[$"actorbalancer.jobs.finished outcome=succeeded queue={Queue}"]);
        Assert.Equal(1, seen[$"actorbalancer.jobs.finished outcome=dead queue={Queue}"]);
        Assert.Equal(0, seen[$"actorbalancer.jobs.finished outcome=cancelled queue={Queue}"]);
        Assert.Equal(0, seen[$"actorbalancer.jobs.reruns queue={Queue}"]);
        Assert.Equal(4, seen[$"actorbalancer.jobs.running queue={Queue}"]);
        Assert.Equal(1, seen[$"actorbalancer.jobs.scheduled queue={Queue}"]);
        Assert.Equal(1, seen[$"actorbalancer.jobs.dead queue={Queue}"]);
        Assert.Equal((2, 0), (seen["actorbalancer.workers state=up"], seen["actorbalancer.workers state=draining"]));
        Assert.Equal((4, 4, 6), (seen["actorbalancer.slots"], seen["actorbalancer.in_flight"], seen["actorbalancer.wanted_slots"]));
        Assert.Equal(4, seen[$"actorbalancer.response_seconds.bucket le=+Inf queue={Queue}"]);
        Assert.Equal(4, seen[$"actorbalancer.response_seconds.count queue={Queue}"]);
        double[] buckets = [.. seen.Where(s => s.Key.StartsWith("actorbalancer.response_seconds.bucket", StringComparison.Ordinal) && s.Key.EndsWith($"queue={Queue}", StringComparison.Ordinal)).Select(s => s.Value)];
        Assert.Equal(18, buckets.Length);
        Assert.Equal(buckets.Order(), buckets);

        await cluster.Client.SetQueueAsync(Queue, null, null, paused: true);
        await Poll.UntilAsync(() => Read("r1")["actorbalancer.wanted_slots"] == 4);
        await cluster.Client.SetQueueAsync(Queue, null, null, paused: false);
        cluster.Gate(Queue).SetResult();
        foreach (JobId id in gated)
            await cluster.Client.WaitAsync(id);
        await Poll.UntilAsync(() => Read("r1") is { } s && s["actorbalancer.wanted_slots"] == 0 && s["actorbalancer.in_flight"] == 0);
    }

    [Fact]
    public async Task Worker_shows_its_slots_and_every_node_its_process()
    {
        Dictionary<string, double> seen = await Poll.UntilAsync(() => Task.FromResult(Read("w1")), s => s.ContainsKey("actorbalancer.process.memory_bytes"));
        Assert.Equal((2, 0), (seen["actorbalancer.worker.slots"], seen["actorbalancer.worker.running"]));
        Assert.InRange(seen["actorbalancer.process.memory_bytes"], 1, seen["actorbalancer.process.memory_limit_bytes"]);
        Assert.InRange(seen["actorbalancer.process.cpu"], 0, 1);
        Assert.DoesNotContain(seen.Keys, k => k.StartsWith("actorbalancer.jobs", StringComparison.Ordinal));
        Assert.DoesNotContain(Read("r1").Keys, k => k.StartsWith("actorbalancer.worker.", StringComparison.Ordinal));
    }

    /// <summary>All measurements of a node, by the instrument's name and its tags.</summary>
    private static Dictionary<string, double> Read(string node)
    {
        Dictionary<string, double> seen = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, reader) =>
        {
            if (instrument.Meter is { Name: NodeMeter.Name } meter && node.Equals(meter.Scope))
                reader.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.Add(string.Join(' ', tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}").Prepend(instrument.Name)), value);
    }
}
