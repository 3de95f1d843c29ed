using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>The weights of a queue as a person reads them: first those of now, then what changed.</summary>
internal static class WeightScreen
{
    public static void Show(Tool tool, QueueWeightDetails weights)
    {
        Screen screen = tool.Screen;
        screen.Line($"{weights.Queue}: {weights.Strategy}, {weights.Weights} weights");
        bool learned = weights.Weights == "learned", kinds = weights.Workers.Select(w => w.Kind).Distinct().Count() > 1;
        Sheet now = new([
            "worker", .. kinds ? (Column[])["kind"] : [], "state", Column.Number("weight"), Column.Number("slow start"),
            .. learned ? (Column[])[Column.Number("speed"), Column.Number("success"), Column.Number("learned")] : [], Column.Number("now"), Column.Number("share")]);
        foreach (WorkerWeightDetails w in weights.Workers)
        {
            now.Add([
                w.Name, .. kinds ? (string?[])[w.Kind] : [], w.State, Words.Number(w.Weight), Factor(w.SlowStart),
                .. learned ? (string?[])[Factor(w.Speed), Words.Percent(w.Success), Factor(w.Learned)] : [], Words.Number(w.EffectiveWeight), Words.Percent(w.Share)]);
        }
        screen.Show(now);
        if (weights.History.Count == 0)
            return;

        screen.Line("");
        Sheet past = new([
            "at", "worker", .. kinds ? (Column[])["kind"] : [], Column.Number("weight"), Column.Number("slow start"),
            .. learned ? (Column[])[Column.Number("speed"), Column.Number("success"), Column.Number("learned")] : [], Column.Number("then"), "because"]);
        foreach (WeightChangeDetails c in weights.History)
        {
            bool isQueue = c.Worker is null;
            past.Add([
                Words.TimeOfDay(c.At), c.Worker, .. kinds ? (string?[])[c.Kind] : [], isQueue ? null : Words.Number(c.Weight), isQueue ? null : Factor(c.SlowStart),
                .. learned ? isQueue ? [null, null, null] : (string?[])[Factor(c.Speed), Words.Percent(c.Success), Factor(c.Learned)] : [],
                isQueue ? null : Words.Number(c.EffectiveWeight), c.Reason]);
        }
        screen.Show(past);
    }

    /// <summary>What multiplies by 1 is not worth reading.</summary>
    private static string? Factor(double factor) => factor == 1 ? null : $"x{Words.Number(factor)}";
}
