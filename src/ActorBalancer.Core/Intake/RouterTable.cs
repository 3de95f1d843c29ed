namespace ActorBalancer.Intake;

/// <summary>
/// The routers that can be reached, and which of them owns a queue. With one router node that is the first; more owners
/// need only this table to know the queues of each.
/// </summary>
internal sealed class RouterTable
{
    private readonly List<KnownRouter> _routers = [];

    public KnownRouter? Current => _routers.Count == 0 ? null : _routers[0];

    public void Add(int number, bool isLocal)
    {
        if (!_routers.Exists(r => r.Number == number))
            _routers.Insert(isLocal ? 0 : _routers.Count, new KnownRouter(number, isLocal));
    }

    public void Remove(int number) => _routers.RemoveAll(r => r.Number == number);
}

/// <param name="Number">The shell's number for it.</param>
/// <param name="IsLocal">It lives in this process, so no wire lies between.</param>
internal readonly record struct KnownRouter(int Number, bool IsLocal);
