namespace ActorBalancer.Intake;

/// <summary>Questions under way to a router, or waiting for one.</summary>
internal sealed class QuestionTable
{
    private const string NoRouter = "No router could be reached: see that one runs and ask again.";
    private const string Late = "The router did not answer in time: ask again.";
    private const string Unknown = "The router was lost before it answered: look whether it was done, then ask again.";

    private readonly Dictionary<long, Asked> _asked = [];
    private readonly List<Asked> _waiting = [];

    public int Count => _asked.Count + _waiting.Count;

    public void Ask(Question question, int? router, long nowMicros, ref long lastTicket, IntakeEffects effects)
    {
        Asked asked = new(question, router ?? 0, nowMicros);
        if (router is { } to)
            Send(asked, to, ref lastTicket, effects);
        else
            _waiting.Add(asked);
    }

    public Question? Take(long ticket) => _asked.Remove(ticket, out Asked asked) ? asked.Question : null;

    public void SendWaiting(int router, ref long lastTicket, IntakeEffects effects)
    {
        foreach (Asked asked in _waiting)
            Send(asked, router, ref lastTicket, effects);
        _waiting.Clear();
    }

    public void RouterGone(int router, long nowMicros, IntakeEffects effects)
    {
        foreach ((long ticket, Asked asked) in _asked.Where(a => a.Value.Router == router).ToArray())
        {
            _asked.Remove(ticket);
            if (asked.Question.IsRepeatable)
                _waiting.Add(asked with { SinceMicros = nowMicros });
            else
                effects.Refusals.Add(new(asked.Question, RefusalCode.OutcomeUnknown, Unknown));
        }
    }

    public void Expire(long nowMicros, long routerWait, long answerWait, IntakeEffects effects)
    {
        foreach (Asked asked in _waiting.Where(a => nowMicros - a.SinceMicros >= routerWait))
            effects.Refusals.Add(new(asked.Question, RefusalCode.NotReady, NoRouter));
        _waiting.RemoveAll(a => nowMicros - a.SinceMicros >= routerWait);

        foreach ((long ticket, Asked asked) in _asked.Where(a => nowMicros - a.Value.SinceMicros >= answerWait).ToArray())
        {
            _asked.Remove(ticket);
            effects.Refusals.Add(new(asked.Question, asked.Question.IsRepeatable ? RefusalCode.NotReady : RefusalCode.OutcomeUnknown, Late));
        }
    }

    public void Stop(string detail, IntakeEffects effects)
    {
        foreach (Asked asked in _waiting)
            effects.Refusals.Add(new(asked.Question, RefusalCode.NotReady, detail));
        foreach (Asked asked in _asked.Values)
            effects.Refusals.Add(new(asked.Question, asked.Question.IsRepeatable ? RefusalCode.NotReady : RefusalCode.OutcomeUnknown, detail));
        _waiting.Clear();
        _asked.Clear();
    }

    private void Send(Asked asked, int router, ref long lastTicket, IntakeEffects effects)
    {
        _asked.Add(++lastTicket, asked with { Router = router });
        effects.Questions.Add(new(router, lastTicket, asked.Question));
    }

    private readonly record struct Asked(Question Question, int Router, long SinceMicros);
}
