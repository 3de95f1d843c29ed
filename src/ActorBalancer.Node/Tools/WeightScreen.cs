using ActorBalancer.Client;

namespace ActorBalancer.Node.Tools;

/// <summary>The weights of a queue as a person reads them: first those of now, then what changed.</summary>
internal static class WeightScreen
{
    public static void Show(Tool tool, QueueWeightDetails weights)
    {
        Screen screen = tool.Screen;
        screen.Line($"{weights.Queue}: {weights.Strategy}, {weights.Weights} weights");
        bool kinds = weights.Workers.Any(w => w.Kinds.Count > 0), learned = weights.Weights == "learned";
        // The mean first, and under it each kind.
        (WorkerWeightDetails Worker, string? Kind)[] rows = [.. weights.Workers.SelectMany(w => w.Kinds.Select(k => (Of(w, k), (string?)k.Kind)).Prepend((w, null)))];
        screen.Show(SheetOf<(WorkerWeightDetails Worker, string? Kind)>(rows,
            ("worker", w => w.Worker.Name), ("kind", w => w.Kind), ("state", w => w.Worker.State),
            (Column.Number("weight"), w => Words.Number(w.Worker.Weight)), (Column.Number("slow start"), w => Factor(w.Worker.SlowStart)),
            (Column.Number("speed"), w => learned ? Factor(w.Worker.Speed) : null), (Column.Number("success"), w => learned ? Share(w.Worker.Success) : null),
            (Column.Number("learned"), w => learned ? Factor(w.Worker.Learned) : null),
            (Column.Number("now"), w => Words.Number(w.Worker.EffectiveWeight)), (Column.Number("share"), w => Words.Percent(w.Worker.Share))));
        if (weights.History.Count == 0)
            return;

        screen.Line("");
        screen.Show(SheetOf<WeightChangeDetails>(weights.History,
            ("at", c => Words.TimeOfDay(c.At)), ("worker", c => c.Worker ?? "-"), ("kind", c => kinds ? c.Kind : null),
            (Column.Number("weight"), c => c.Worker is null ? null : Words.Number(c.Weight)), (Column.Number("slow start"), c => Factor(c.SlowStart)),
            (Column.Number("speed"), c => Factor(c.Speed)), (Column.Number("success"), c => Share(c.Success)), (Column.Number("learned"), c => Factor(c.Learned)),
            (Column.Number("then"), c => c.Worker is null ? null : Words.Number(c.EffectiveWeight)), ("because", c => c.Reason)));
    }

    private static WorkerWeightDetails Of(WorkerWeightDetails worker, KindWeightDetails kind) => worker with
    {
        Speed = kind.Speed, Success = kind.Success, Learned = kind.Learned, EffectiveWeight = kind.EffectiveWeight, Share = kind.Share,
    };

    /// <summary>Without the columns in which there is nothing.</summary>
    private static Sheet SheetOf<T>(IReadOnlyList<T> rows, params (Column Column, Func<T, string?> Cell)[] columns)
    {
        (Column Column, Func<T, string?> Cell)[] full = [.. columns.Where(c => rows.Any(row => c.Cell(row) is not null))];
        Sheet sheet = new([.. full.Select(c => c.Column)]);
        foreach (T row in rows)
            sheet.Add([.. full.Select(c => c.Cell(row))]);
        return sheet;
    }

    /// <summary>What multiplies by 1 is not worth reading.</summary>
    private static string? Factor(double factor) => factor == 1 ? null : $"x{Words.Number(factor)}";

    private static string? Share(double share) => share == 1 ? null : Words.Percent(share);
}
