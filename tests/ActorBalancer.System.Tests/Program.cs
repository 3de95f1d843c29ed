using ActorBalancer.SystemTests.Campaign;

return args is ["campaign", .. var rest] ? await CampaignCommand.RunAsync(rest) : Usage();

static int Usage()
{
    Console.Error.WriteLine("These are tests, which tests/run runs. As a program it knows only: campaign (see tests/campaign).");
    return 2;
}
