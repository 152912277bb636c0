import { colour, make } from "./dom.js";

export const buckets = 180;

const stripColours = { a: "answered", q: "quiet", w: "waiting", e: "answered", f: "amber", h: "amber", o: "open", i: "isolated" };
// Height tells as well as colour: quiet is a line, trouble fills the strip.
const stripHeights = { a: .5, q: .12, w: .7, e: .5, f: .8, h: .8, o: 1, i: 1 };

export function drawStrip(canvas, strip) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const step = width / buckets;
  for (let i = 0, from = 0; i <= strip.length; i++) {
    if (i < strip.length && strip[i] === strip[from]) continue;
    const name = stripColours[strip[from]];
    if (name) {
      const tall = Math.max(2, height * stripHeights[strip[from]]);
      context.fillStyle = colour(name);
      context.fillRect(from * step, height - tall, (i - from) * step, tall);
      if (strip[from] === "e") {
        context.fillStyle = colour("amber");
        context.fillRect(from * step, height - tall, (i - from) * step, 4);
      }
    }
    from = i;
  }
}

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    // The page's content policy allows styles set by script, and none written as an attribute.
    if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value);
  }
  return element;
};

const chartHeight = 76, top = 12;

// A chart of the last fifteen minutes: stacked bars, lines over them, and a cursor for pointer and keyboard.
export function chart(title, series, describe) {
  const picture = svg("svg", { viewBox: `0 0 ${buckets} ${chartHeight}`, preserveAspectRatio: "none", tabindex: "0", role: "img" });
  const bars = series.filter(one => one.bar).map(one => {
    const path = svg("path", { style: `fill: var(--${one.colour})` });
    picture.append(path);
    return path;
  });
  const lines = series.filter(one => !one.bar).map(one => {
    const path = svg("path", {
      style: `fill: none; stroke: var(--${one.colour}); stroke-width: 1.5`, "vector-effect": "non-scaling-stroke",
    });
    if (one.dashed) path.setAttribute("stroke-dasharray", "3 3");
    picture.append(path);
    return path;
  });
  const cursor = svg("path", { style: "stroke: var(--soft); stroke-width: 1", "vector-effect": "non-scaling-stroke" });
  picture.append(cursor);
  const readout = make("div", { class: "readout" });
  const peak = make("span");
  const caption = make("figcaption", {}, make("span", {}, title, " ", peak), make("span", {},
    ...series.map(one => make("span", { class: "key" }, one.name))));
  caption.querySelectorAll(".key").forEach((key, i) => key.style.setProperty("--key", `var(--${series[i].colour})`));
  const element = make("figure", {}, caption, picture, readout);
  let data = [], position = -1;

  const show = at => {
    position = Math.max(-1, Math.min(buckets - 1, at));
    cursor.setAttribute("d", position < 0 ? "" : `M${position + .5} 0V${chartHeight}`);
    readout.textContent = position < 0 ? "" : describe(position, data.map(values => values[position]));
  };
  picture.addEventListener("pointermove", e => {
    const box = picture.getBoundingClientRect();
    show(Math.floor((e.clientX - box.left) / box.width * buckets));
  });
  picture.addEventListener("pointerleave", () => show(-1));
  picture.addEventListener("blur", () => show(-1));
  picture.addEventListener("focus", () => show(buckets - 1));
  picture.addEventListener("keydown", e => {
    if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
    e.preventDefault();
    e.stopPropagation();
    show((position < 0 ? buckets - 1 : position) + (e.key === "ArrowLeft" ? -1 : 1));
  });

  return {
    element,
    update(columns, unit) {
      data = columns;
      const stacked = new Float64Array(buckets);
      let highest = 0;
      series.forEach((one, s) => columns[s].forEach((value, i) => {
        if (one.bar) stacked[i] += value ?? 0;
        highest = Math.max(highest, one.bar ? stacked[i] : value ?? 0);
      }));
      peak.textContent = highest > 0 ? `· up to ${unit(highest)}` : "· nothing yet";
      const y = value => (chartHeight - (chartHeight - top) * value / (highest || 1)).toFixed(1);
      const base = new Float64Array(buckets);
      let bar = 0, line = 0;
      series.forEach((one, s) => {
        if (one.bar) {
          let d = "";
          columns[s].forEach((value, i) => {
            if (!value) return;
            d += `M${i} ${y(base[i])}V${y(base[i] + value)}h1V${y(base[i])}z`;
            base[i] += value;
          });
          bars[bar++].setAttribute("d", d);
        } else {
          let d = "", on = false;
          columns[s].forEach((value, i) => {
            if (value === null || value === undefined || (one.skipZero && !value)) { on = false; return; }
            d += `${on ? "L" : "M"}${i + .5} ${y(value)}`;
            on = true;
          });
          lines[line++].setAttribute("d", d);
        }
      });
      picture.setAttribute("aria-label", `${title}, last 15 minutes, up to ${unit(highest)}. Arrow keys read values.`);
      show(position);
    },
  };
}
