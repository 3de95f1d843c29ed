using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActorBalancer.AspNetCore;

/// <summary>Says what is here: as a page to a browser, as JSON to everybody else.</summary>
internal static class IndexRoute
{
    private const string Html = "text/html";
    private static readonly string Version =
        typeof(IndexRoute).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public static Task ShowAsync(ApiCall call)
    {
        call.Context.Response.Headers.Vary = HeaderNames.Accept;
        return WantsPage(call.Context.Request)
            ? PageAsync(call)
            : call.AnswerAsync(
                new IndexView(call.Node.Node?.Name, Version, call.Node.Options.Roles, null, [.. Shown(call).Select(r => $"{r.Method} {call.Base}{r.Path}")]),
                PlainJson.Answers.IndexView);
    }

    private static IEnumerable<Route> Shown(ApiCall call) => call.Routes.Where(r => call.Node.Options.IsRouter || !r.IsApi);

    private static bool WantsPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)
        && accepted.Any(a => a.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);

    private static Task PageAsync(ApiCall call)
    {
        StringBuilder page = new();
        string name = WebUtility.HtmlEncode(call.Node.Node?.Name ?? "starting");
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>ActorBalancer: {name}</title></head>\n");
        string roles = WebUtility.HtmlEncode(string.Join(" and ", call.Node.Options.Roles));
        page.Append($"<body><h1>ActorBalancer</h1>\n<p>Node {name}, version {WebUtility.HtmlEncode(Version)}, {roles}.\n");
        page.Append("There is no dashboard yet; this is the API, in JSON:</p>\n<ul>\n");
        foreach (Route route in Shown(call))
        {
            bool isLink = route.Method == HttpMethods.Get && !route.Path.Contains('{', StringComparison.Ordinal);
            string path = WebUtility.HtmlEncode(call.Base + route.Path);
            page.Append(isLink ? $"<li>{route.Method} <a href=\"{path}\">{path}</a></li>\n" : $"<li>{route.Method} {path}</li>\n");
        }
        page.Append("</ul></body></html>\n");
        call.Context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        return call.WriteAsync(Encoding.UTF8.GetBytes(page.ToString()), Html + "; charset=utf-8", StatusCodes.Status200OK);
    }
}
