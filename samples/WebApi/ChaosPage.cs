namespace WebApi;

/// <summary>Buttons for <see cref="Chaos"/>, and what it does to <see cref="Visitors"/> and to the guards. The guards'
/// own page forbids to be framed, so it opens beside this one.</summary>
internal static class ChaosPage
{
    private static readonly string _html = Read();

    public static void MapChaos(this IEndpointRouteBuilder app, Chaos chaos, Visitors visitors)
    {
        app.MapGet("/", () => Results.Redirect("/chaos"));
        app.MapGet("/chaos", () => Results.Content(_html, "text/html; charset=utf-8"));
        app.MapGet("/chaos/visitors", () => visitors.Last);
        app.MapPost("/chaos/{action}", async (string action) =>
        {
            if (action is not ("calm" or "busy")) return await chaos.DoAsync(action);
            visitors.AreBusy = action == "busy";
            return visitors.AreBusy ? "Done: fifty visitors a second come." : "Done: nobody comes.";
        });
    }

    private static string Read()
    {
        using Stream stream = typeof(ChaosPage).Assembly.GetManifestResourceStream("chaos.html")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
