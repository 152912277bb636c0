using System.Globalization;
using System.Text;
using DbBreaker.TestKit;

namespace Outage;

/// <summary>Draws the runs as an SVG: a lane for each contender, outcomes per second as bars, requests in flight as a
/// line, the fault as a band.</summary>
internal static class Timeline
{
    private const int Width = 960, Lane = 170, Left = 90, Right = 60, Top = 40, Gap = 34;

    public static void Write(string path, IReadOnlyList<Run> runs)
    {
        var svg = new StringBuilder();
        int height = Top + runs.Count * (Lane + Gap) + 30;
        int seconds = runs.Max(r => r.Load.Seconds().Count);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}"
              font-family="system-ui, sans-serif" font-size="12">
            <title>Requests in flight and outcomes per second</title>
            <rect width="100%" height="100%" fill="#fff"/>
            {Legend()}

            """);
        for (int i = 0; i < runs.Count; i++) AppendLane(svg, runs[i], Top + i * (Lane + Gap), seconds);
        svg.Append("</svg>\n");
        File.WriteAllText(path, svg.ToString());
    }

    private static string Legend()
    {
        (string Color, string Text)[] entries =
        [
            ("#3a9d5d", "succeeded per second"), ("#d9a400", "rejected per second"),
            ("#c8412f", "failed per second"), ("#27408b", "in flight (right axis)"),
        ];
        return string.Concat(entries.Select((e, i) =>
            $"""<rect x="{Left + i * 180}" y="12" width="11" height="11" fill="{e.Color}"/>"""
            + $"""<text x="{Left + 16 + i * 180}" y="22">{e.Text}</text>"""));
    }

    private static void AppendLane(StringBuilder svg, Run run, int y, int seconds)
    {
        IReadOnlyList<LoadSecond> perSecond = run.Load.Seconds();
        double step = (Width - Left - Right) / (double)seconds;
        double perUnit = (Lane - 10) / (double)Math.Max(1, perSecond.Max(s => s.Succeeded + s.Failed + s.Rejected));
        double perFlight = (Lane - 10) / (double)Math.Max(1, perSecond.Max(s => s.MaxInFlight));
        double gone = (run.BackAt - run.FaultAt).TotalSeconds;
        Rect(svg, Left + run.FaultAt.TotalSeconds * step, y, gone * step, Lane, "#eceff4");
        foreach (LoadSecond s in perSecond)
        {
            double x = Left + s.Second * step, floor = y + Lane;
            floor = Bar(svg, x, floor, step, s.Succeeded * perUnit, "#3a9d5d");
            floor = Bar(svg, x, floor, step, s.Rejected * perUnit, "#d9a400");
            Bar(svg, x, floor, step, s.Failed * perUnit, "#c8412f");
        }

        string points = string.Join(' ', perSecond.Select(s =>
            FormattableString.Invariant(
                $"{Left + (s.Second + 0.5) * step:0.#},{y + Lane - s.MaxInFlight * perFlight:0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"""
            <polyline points="{points}" fill="none" stroke="#27408b" stroke-width="1.5"/>
            <line x1="{Left}" y1="{y + Lane}" x2="{Width - Right}" y2="{y + Lane}" stroke="#888"/>
            <text x="8" y="{y + 16}" font-weight="bold">{run.Contender}</text>
            <text x="{Width - Right + 6}" y="{y + 16}" fill="#27408b">{perSecond.Max(s => s.MaxInFlight)}</text>
            <text x="{Left}" y="{y + Lane + 14}">0 s</text>
            <text x="{Width - Right - 30}" y="{y + Lane + 14}">{seconds} s</text>

            """);
    }

    private static double Bar(StringBuilder svg, double x, double floor, double step, double height, string color)
    {
        if (height > 0) Rect(svg, x + step * 0.08, floor - height, step * 0.84, height, color);
        return floor - height;
    }

    private static void Rect(StringBuilder svg, double x, double y, double width, double height, string color) =>
        svg.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\" fill=\"{color}\"/>\n");
}
