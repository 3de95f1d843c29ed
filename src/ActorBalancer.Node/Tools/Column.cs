namespace ActorBalancer.Node.Tools;

/// <summary>A column of a <see cref="Sheet"/>.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="IsNumber">Numbers stand at its right edge.</param>
internal readonly record struct Column(string Title, bool IsNumber)
{
    public static implicit operator Column(string title) => new(title, false);

    public static Column Number(string title) => new(title, true);
}
