namespace ActorBalancer.Intake;

/// <summary>Questions under way to a router, or waiting for one.</summary>
internal sealed class QuestionTable
{
    private const string NoRouter = "No router could be reached: see that one runs and ask again.";
    private const string Late = "The router did not answer in time: ask again.";
    private const string Unknown = "The router was lost before it answered: look whether it was done, then ask again.";

    // What is asked of all routers is answered without one that is silent.
    private const long PartWait = 2 * Moment.PerSecond;

    private readonly Dictionary<long, Asked> _asked = [];
    private readonly List<Asked> _waiting = [];

    public int Count => _asked.Count + _waiting.Count;

    public void Ask(Question question, RouterTable routers, long nowMicros, ref long lastTicket, IntakeEffects effects) =>
        Ask(new Asked(question, 0, nowMicros), routers, ref lastTicket, effects);

    public Question? Take(long ticket) => _asked.Remove(ticket, out Asked asked) ? asked.Question : null;

    /// <summary>The router that was asked is not the one. Asked again at once if another one is, else when there is news.</summary>
    public void Moved(long ticket, RouterTable routers, ref long lastTicket, IntakeEffects effects)
    {
        if (!_asked.Remove(ticket, out Asked asked))
            return;
        if (asked.Question.ToAll)
            LosePart(asked, effects);
        else if (WayOf(asked.Question, routers)?.Number == asked.Router)
            _waiting.Add(asked);
        else
            Ask(asked, routers, ref lastTicket, effects);
    }

    public void SendWaiting(RouterTable routers, ref long lastTicket, IntakeEffects effects)
    {
        Asked[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (Asked asked in waiting)
            Ask(asked, routers, ref lastTicket, effects);
    }

    public void RouterGone(int router, long nowMicros, IntakeEffects effects)
    {
        foreach ((long ticket, Asked asked) in _asked.Where(a => a.Value.Router == router).ToArray())
        {
            _asked.Remove(ticket);
            if (asked.Question.ToAll)
                LosePart(asked with { SinceMicros = nowMicros }, effects);
            else if (asked.Question.IsRepeatable)
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

        foreach ((long ticket, Asked asked) in _asked.ToArray())
        {
            bool isPart = asked.Question.ToAll && asked.Question.IsPartlyAnswered;
            if (nowMicros - asked.SinceMicros < (isPart ? PartWait : answerWait))
                continue;
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

    /// <summary>One of all that were asked will not answer: the others do, or all are asked again.</summary>
    private void LosePart(in Asked asked, IntakeEffects effects)
    {
        Question question = asked.Question;
        if (question.IsPartlyAnswered || _asked.Values.Any(a => a.Question == question) || _waiting.Exists(a => a.Question == question))
        {
            effects.Refusals.Add(new(question, RefusalCode.NotReady, NoRouter));
            return;
        }
        question.TakenBack();
        _waiting.Add(asked);
    }

    private void Ask(Asked asked, RouterTable routers, ref long lastTicket, IntakeEffects effects)
    {
        if (asked.Question.ToAll)
        {
            foreach (KnownRouter router in routers.All)
                Send(asked, router.Number, ref lastTicket, effects);
            if (routers.All.Count > 0)
                return;
        }
        if (WayOf(asked.Question, routers) is { } to)
            Send(asked, to.Number, ref lastTicket, effects);
        else
            _waiting.Add(asked);
    }

    private static KnownRouter? WayOf(Question question, RouterTable routers) =>
        (question.Queue is { } queue ? routers.OfQueue(queue) : question.Key is { } key ? routers.OfKey(key) : routers.OfAny()).Router
        ?? (question.AnyWillDo ? routers.Current : null);

    private void Send(Asked asked, int router, ref long lastTicket, IntakeEffects effects)
    {
        _asked.Add(++lastTicket, asked with { Router = router });
        effects.Questions.Add(new(router, lastTicket, asked.Question));
    }

    private readonly record struct Asked(Question Question, int Router, long SinceMicros);
}
