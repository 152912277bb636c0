namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Measures every visible text of a page against what is behind it.</summary>
internal static class Contrast
{
    /// <summary>Gives the texts whose contrast is below 4.5 to 1, the least of WCAG 2 AA, with the ratio. Controls that
    /// cannot be used now are exempt there and here.</summary>
    public const string Script = """
        () => {
          const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
            .getContext("2d", { willReadFrequently: true });
          const rgba = colour => {
            context.clearRect(0, 0, 1, 1);
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data];
          };
          const luminance = colour => {
            const [r, g, b] = rgba(colour).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const behind = element => {
            for (let e = element; e; e = e.parentElement) {
              const colour = getComputedStyle(e).backgroundColor;
              if (rgba(colour)[3] === 255) return colour;
            }
            return "white";
          };
          const low = new Set();
          for (const element of document.body.querySelectorAll("*")) {
            const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!own || !element.checkVisibility() || element.closest("button:disabled, noscript")) continue;
            const [a, b] = [getComputedStyle(element).color, behind(element)].map(luminance).sort((x, y) => y - x);
            const ratio = (a + .05) / (b + .05);
            const text = element.textContent.trim().slice(0, 20);
            if (ratio < 4.5) low.add(`${element.tagName}.${element.className} ${text}: ${ratio.toFixed(2)}`);
          }
          return [...low];
        }
        """;
}
