using ActorBalancer.Cluster.Worker;
using ActorBalancer.Work;

namespace ActorBalancer.Cluster.Tests.Worker;

public sealed class SlotFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slots-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "worker.slots");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_ran_when_the_process_died_is_left_and_what_had_ended_is_not()
    {
        using (SlotFile first = SlotFile.Open(Path, 4))
        {
            Assert.Empty(first.Left);
            first.Begin(0, new RunToken(7, 1, 2), key: 100, attempt: 1, startedUnixMs: 1_000);
            first.Begin(3, new RunToken(7, 4, 1), key: 300, attempt: 2, startedUnixMs: 2_000);
            first.End(0);
        }

        using SlotFile next = SlotFile.Open(Path, 4);
        Assert.Equal([new HeldRun(new RunToken(7, 4, 1), 300, 2, 2_000)], next.Left);
    }

    [Fact]
    public void What_is_left_outlives_further_deaths_and_other_numbers_of_slots()
    {
        using (SlotFile first = SlotFile.Open(Path, 8))
            first.Begin(7, new RunToken(7, 0, 1), key: 1, attempt: 1, startedUnixMs: 1_000);
        using (SlotFile second = SlotFile.Open(Path, 2))
            second.Begin(1, new RunToken(8, 0, 1), key: 2, attempt: 1, startedUnixMs: 2_000);

        using SlotFile third = SlotFile.Open(Path, 1);
        Assert.Equal([2L, 1L], third.Left.Select(run => run.Key));
    }

    [Fact]
    public void Worker_that_ends_itself_leaves_nothing()
    {
        SlotFile first = SlotFile.Open(Path, 2);
        first.Begin(1, new RunToken(7, 0, 1), key: 1, attempt: 1, startedUnixMs: 1_000);
        first.Close();

        using SlotFile next = SlotFile.Open(Path, 2);
        Assert.Empty(next.Left);
    }

    [Fact]
    public void Number_of_runs_that_are_left_is_bounded_and_the_newest_stay()
    {
        for (int process = 0; process < 3; process++)
        {
            using SlotFile file = SlotFile.Open(Path, 200);
            for (int slot = 0; slot < 200; slot++)
                file.Begin(slot, new RunToken(process, slot, 1), key: 200 * process + slot, attempt: 1, startedUnixMs: 1_000 * process + slot);
        }

        using SlotFile next = SlotFile.Open(Path, 1);
        Assert.Equal(256, next.Left.Count);
        Assert.Equal(599, next.Left[0].Key);
    }

    [Fact]
    public void Second_process_is_refused()
    {
        using SlotFile first = SlotFile.Open(Path, 1);
        Assert.Throws<IOException>(() => SlotFile.Open(Path, 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else, longer than a head")]
    public void File_that_is_none_of_ours_or_was_cut_short_is_begun_anew(string text)
    {
        File.WriteAllText(Path, text);
        using (SlotFile file = SlotFile.Open(Path, 1))
            Assert.Empty(file.Left);
        using (FileStream cut = new(Path, FileMode.Open))
            cut.SetLength(40);
        using SlotFile again = SlotFile.Open(Path, 1);
        Assert.Empty(again.Left);
    }
}
