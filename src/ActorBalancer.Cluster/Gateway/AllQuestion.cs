using ActorBalancer.Intake;

namespace ActorBalancer.Cluster.Gateway;

/// <summary>A question to every router, whose answers are one answer. A router that does not answer in time is left out.</summary>
/// <param name="message">Makes the message for a ticket; asking twice changes nothing.</param>
/// <param name="merge">Makes one of all answers, of which there is at least one; may throw what the caller shall see.</param>
internal sealed class AllQuestion<TAnswer, T>(Func<long, IGatewayProtocol> message, Func<IReadOnlyList<TAnswer>, T> merge) : RouterQuestion
    where TAnswer : class, IGatewayProtocol
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TAnswer> _answers = [];
    private (RefusalCode Code, string Detail) _refusal;
    private int _open;

    public Task<T> Answer => _answer.Task;

    public override bool IsRepeatable => true;

    public override bool ToAll => true;

    public override bool IsPartlyAnswered => _answers.Count > 0;

    public override IGatewayProtocol Message(long ticket)
    {
        _open++;
        return message(ticket);
    }

    public override void TakenBack() => _open--;

    public override void Answered(IGatewayProtocol answer)
    {
        if (answer is TAnswer expected)
            _answers.Add(expected);
        else if (answer is IGatewayProtocol.DoneAnswer refused)
            _refusal = (refused.Code, refused.Detail ?? "");
        Close();
    }

    public override void Refused(RefusalCode code, string detail)
    {
        _refusal = (code, detail);
        Close();
    }

    private void Close()
    {
        if (--_open > 0)
            return;
        try
        {
            if (_answers.Count > 0)
                _answer.TrySetResult(merge(_answers));
            else
                _answer.TrySetException(new JobRefusedException(_refusal.Code, _refusal.Detail));
        }
        catch (JobRefusedException refused)
        {
            _answer.TrySetException(refused);
        }
    }
}
