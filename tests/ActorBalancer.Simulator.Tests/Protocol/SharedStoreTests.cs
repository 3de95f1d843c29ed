using ActorBalancer.Core.Tests.Options;
using ActorBalancer.Simulator.Protocol;
using ActorBalancer.Storage;
using ActorBalancer.Tests.Storage;

namespace ActorBalancer.Simulator.Tests.Protocol;

/// <summary>The store of the simulated cluster is held to what every store must do.</summary>
public sealed class SharedStoreTests : JobStoreContract
{
    private protected override Task<StoreUnderTest> OpenAsync() => Task.FromResult<StoreUnderTest>(new Shared());

    private sealed class Shared : StoreUnderTest
    {
        private readonly ManualClock _clock = new();
        private readonly SharedStore _store;

        public Shared() => _store = new SharedStore(_clock, TestOptions.Memory with { KeepFinished = 1_000_000, KeepResultBytes = 1 << 30 }, 1_000);

        public override IJobStore Store => _store;

        public override long NowUnixMs => _clock.UnixMs;

        public override long Duplicates => _store.DuplicateOutcomes;

        public override bool TakesManyRouters => true;

        public override void Pass(TimeSpan time) => _clock.Pass(time);

        public override ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
