using ActorBalancer.Storage;

namespace ActorBalancer.CampaignNode;

/// <summary>Which router is to be late, and how far that has come: files in a folder that the campaign and all routers know.</summary>
internal sealed class LateOrder(string folder)
{
    /// <summary>The environment variable with the folder.</summary>
    public const string Folder = "CAMPAIGN_LATE";

    /// <summary>A commit is held, and has not gone on.</summary>
    public bool IsHeld => File.Exists(Path("held")) && !HasLanded;

    public bool HasLanded => File.Exists(Path("landed"));

    /// <summary>What the store said to it in the end.</summary>
    public string Result => File.ReadAllText(Path("landed"));

    public void Give(string router) => Write("late", router);

    public bool IsFor(string router) => File.Exists(Path("late")) && File.ReadAllText(Path("late")) == router;

    public void Held() => Write("held", "");

    public void Landed(CommitResult result) => Write("landed", result.ToString());

    private string Path(string name) => System.IO.Path.Combine(folder, name);

    // There as a whole or not at all, for whoever looks just then.
    private void Write(string name, string text)
    {
        File.WriteAllText(Path(name + ".new"), text);
        File.Move(Path(name + ".new"), Path(name), overwrite: true);
    }
}
