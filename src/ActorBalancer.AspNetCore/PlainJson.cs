using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorBalancer.AspNetCore;

/// <summary>The API's JSON with only those characters escaped that JSON wants escaped: nobody reads an answer as HTML.</summary>
internal static class PlainJson
{
    public static AnswerJson Answers { get; } = new(Plain(AnswerJson.Default.Options));

    public static ProblemJson Problems { get; } = new(Plain(ProblemJson.Default.Options));

    private static JsonSerializerOptions Plain(JsonSerializerOptions options) => new(options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
