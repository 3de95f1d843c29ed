using ActorBalancer.Strategies;
using CsCheck;

namespace ActorBalancer.Core.Tests.Strategies;

/// <summary>One random thing that happens to a fleet.</summary>
internal enum Gust
{
    Join,
    Leave,
    Eligible,
    Closed,
    Weight,
    Place,
    Finish,
    InFlight,
    Switch,
}

/// <summary>Random histories of a fleet, with every strategy's duties checked at each pick.</summary>
internal static class Storm
{
    /// <summary>Histories over <paramref name="rows"/> rows; half of what happens is picks and finishes.</summary>
    public static Gen<(Gust What, int Row, int Number)[]> Over(int rows, int length) =>
        Gen.Select(
            Gen.Frequency(
                (4, Gen.Const(Gust.Join)), (1, Gen.Const(Gust.Leave)), (2, Gen.Const(Gust.Eligible)), (2, Gen.Const(Gust.Closed)),
                (2, Gen.Const(Gust.Weight)), (8, Gen.Const(Gust.Place)), (4, Gen.Const(Gust.Finish)), (1, Gen.Const(Gust.InFlight)),
                (1, Gen.Const(Gust.Switch))),
            Gen.Int[0, rows - 1],
            Gen.Int[0, 5000]).Array[length];

    /// <summary>Plays a history; <paramref name="onPick"/> sees the fleet and the picked row before the job is counted.</summary>
    public static void Play(
        Candidates fleet, (Gust What, int Row, int Number)[] history, Action<Candidates, int>? onPick = null, Action<int>? onSwitch = null)
    {
        foreach (var (what, row, number) in history)
        {
            bool member = fleet.IsMember(row);
            switch (what)
            {
                case Gust.Join when !member:
                    fleet.Join(row, Fleet.IdOf(row), 1 + (number % 8), number < 500 ? 0 : number, number % 7 != 0);
                    break;
                case Gust.Leave when member: fleet.Leave(row); break;
                case Gust.Eligible when member: fleet.SetEligible(row, true); break;
                case Gust.Closed when member: fleet.SetEligible(row, false); break;
                case Gust.Weight when member: fleet.SetWeight(row, number < 500 ? 0 : number, 1 + (number % 8)); break;
                case Gust.Finish when member && fleet.InFlight(row) > 0: fleet.Finished(row); break;
                case Gust.InFlight when member: fleet.SetInFlight(row, number % 10); break;
                case Gust.Switch: onSwitch?.Invoke(number); break;
                case Gust.Place:
                    int picked = fleet.Pick((ulong)number);
                    onPick?.Invoke(fleet, picked);
                    if (picked >= 0) fleet.Started(picked);
                    break;
                default: break;
            }
        }
    }

    public static void AssertFair(Candidates fleet, int picked)
    {
        if (fleet.OpenCount == 0)
        {
            Assert.Equal(-1, picked);
            return;
        }

        Assert.True(fleet.IsMember(picked), $"row {picked} is not a member");
        Assert.True(fleet.IsEligible(picked), $"row {picked} is not eligible");
        Assert.True(fleet.Weight(picked) > 0, $"row {picked} has weight 0");
    }
}
