using System.Text;
using System.Text.Json.Serialization;

namespace ActorBalancer.Tests.Jobs;

public sealed partial class JobJsonTests
{
    [Fact]
    public void Context_needs_no_reflection_and_writes_the_same_names()
    {
        JobJson json = new JobJson(byReflection: false).With(Pascal.Default);
        byte[] written = json.Write(new Order(7));
        Assert.Equal("""{"orderNumber":7}""", Encoding.UTF8.GetString(written));
        Assert.Equal(JobJson.Default.Write(new Order(7)), written);
        object boxed = new Order(7);
        Assert.Equal(written, json.Write(boxed, boxed.GetType()));
        Assert.Equal(new Order(7), json.Read<Order>(written));
    }

    [Fact]
    public void Type_that_no_context_knows_is_refused_with_what_to_add_only_where_there_is_no_reflection()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => new JobJson(byReflection: false).With(Pascal.Default).Write(new Other(1)));
        Assert.Contains("[JsonSerializable(typeof(Other))]", refused.Message, StringComparison.Ordinal);
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(JobJson.Default.With(Pascal.Default).Write(new Other(1))));
    }

    private sealed record Order(int OrderNumber);

    private sealed record Other(int N);

    [JsonSerializable(typeof(Order))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.Unspecified)]
    private sealed partial class Pascal : JsonSerializerContext;
}
