namespace WebApi;

/// <summary>Buttons for <see cref="Chaos"/>, beside the guard's live page.</summary>
internal static class ChaosPage
{
    private const string Html = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Chaos</title>
        <style>
          body { font: 15px system-ui, sans-serif; margin: 0; color-scheme: light dark;
                 display: flex; flex-direction: column; height: 100vh }
          header { padding: .8rem 1rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
          button { font: inherit; padding: .35rem .8rem } iframe { flex: 1; border: 0; border-top: 1px solid #8886 }
          output { opacity: .7 }
        </style>
        <header><strong>Hurt the database:</strong>
          <button>freeze</button><button>thaw</button><button>kill</button><button>start</button>
          <button>freeze-standby</button><button>thaw-standby</button><button>calm</button><button>busy</button>
          <output aria-live="polite">fifty requests a second are under way</output></header>
        <iframe src="/dbbreaker" title="Guards"></iframe>
        <script>
          const said = document.querySelector('output');
          document.querySelectorAll('button').forEach(button => button.onclick = async () => {
            said.textContent = button.textContent + ' ...';
            const answer = await fetch('/chaos/' + button.textContent, { method: 'POST' });
            said.textContent = await answer.text();
          });
        </script></html>
        """;

    public static void MapChaos(this IEndpointRouteBuilder app, Chaos chaos)
    {
        app.MapGet("/chaos", () => Results.Content(Html, "text/html; charset=utf-8"));
        app.MapPost("/chaos/{action}", (string action) => chaos.DoAsync(action));
    }
}
