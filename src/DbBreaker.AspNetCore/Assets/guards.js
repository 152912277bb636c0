import { byId, count, duration, forgetColours, make, setClass, setData, setText, span, stateNames } from "./dom.js";
import { buckets, drawStrip } from "./charts.js";

const list = byId("guards"), summary = byId("summary"), filter = byId("filter"), empty = byId("empty");
const items = new Map();
const severity = { Open: 0, Isolated: 1, HalfOpen: 2, Closed: 3 };
let bucket = 0, onSelect = () => {}, order = "";

// Strips are drawn for rows in sight only.
const sight = new IntersectionObserver(entries => entries.forEach(entry => {
  const item = items.get(entry.target.dataset.name);
  if (!item) return;
  item.isSeen = entry.isIntersecting;
  if (item.isSeen) redraw(item);
}));

const tiles = ["Open", "Isolated", "HalfOpen", "Closed", "Waiting"].map(state => {
  const number = make("b", {}, "0"), tile = make("span", { "data-state": state, "data-none": "true" }, number,
    state === "Waiting" ? "waiting callers" : stateNames[state].toLowerCase());
  summary.append(tile);
  return { state, number, tile };
});

const meanings = { answered: "answered", some: "some failed or rejected", waiting: "callers waited", amber: "half-open, or many failed", open: "open", isolated: "isolated" };
for (const [name, meaning] of Object.entries(meanings)) {
  const key = make("span", {}, meaning);
  key.style.setProperty("--key", `var(--${name === "some" ? "answered" : name})`);
  byId("legend").append(key);
}

export const selectWith = handler => { onSelect = handler; };
export const rowOf = name => items.get(name)?.row;
export const names = () => [...items.keys()];

export function load(guards, newest) {
  bucket = newest;
  const present = new Set(guards.map(guard => guard.row.name));
  for (const name of items.keys()) if (!present.has(name)) remove(name);
  for (const { row, strip } of guards) {
    const item = items.get(row.name) ?? add(row.name);
    item.strip = strip.padStart(buckets, " ");
    item.isDrawn = false;
    update(item, row);
  }
  settle();
}

export function apply(rows, gone, newest) {
  const moved = newest - bucket;
  if (moved > 0) {
    bucket = newest;
    // Nothing was said about a bucket that begins: a quiet one, unless a row says otherwise below.
    for (const item of items.values()) {
      const letter = { Open: "o", Isolated: "i", HalfOpen: "h" }[item.row.state] ?? "q";
      item.strip = (item.strip + letter.repeat(Math.min(moved, buckets))).slice(-buckets);
      item.isDrawn = false;
    }
  }
  gone.forEach(remove);
  for (const row of rows) update(items.get(row.name) ?? add(row.name), row);
  if (moved > 0 || rows.length || gone.length) settle();
}

export function age(now) {
  for (const item of items.values()) if (item.isSeen !== false && item.row) setText(item.why, whyOf(item.row, now));
}

export function mark(name) {
  for (const item of items.values()) item.button.setAttribute("aria-expanded", String(item.name === name));
}

function add(name) {
  const cells = {
    state: make("span", { class: "state" }), title: make("b", {}, name), why: make("small"),
    canvas: make("canvas", { width: 360, height: 44, "aria-hidden": "true" }),
    meter: make("span", { class: "meter" }, make("span"), make("i")),
  };
  const numbers = ["Waiting", "Answered/s", "Failed/s", "Rejected/s", "Mean hold"]
    .map(label => make("span", { class: "n", "data-label": label, title: label }));
  const button = make("button", { class: "row", type: "button", "aria-expanded": "false" },
    make("span", {}, cells.state), make("span", { class: "who" }, cells.title, cells.why), cells.canvas, cells.meter, ...numbers);
  const element = make("li", {}, button);
  element.dataset.name = name;
  button.addEventListener("click", () => onSelect(name));
  const item = { name, element, button, numbers, strip: " ".repeat(buckets), ...cells };
  items.set(name, item);
  sight.observe(element);
  return item;
}

function remove(name) {
  const item = items.get(name);
  if (!item) return;
  sight.unobserve(item.element);
  item.element.remove();
  items.delete(name);
}

function update(item, row) {
  const before = item.row;
  item.row = row;
  if (row.letter !== item.strip.at(-1)) {
    item.strip = item.strip.slice(0, -1) + row.letter;
    item.isDrawn = false;
  }
  setText(item.state, stateNames[row.state]);
  setData(item.state, "state", row.state);
  if (before?.mode !== row.mode) {
    item.title.replaceChildren(item.name);
    if (row.mode !== "Enforce") item.title.append(make("span", { class: "mode" }, row.mode.toLowerCase()));
  }
  setText(item.why, whyOf(row, Date.now()));
  setText(item.meter.firstChild, row.state === "Open" || row.state === "Isolated" ? `${row.inUse} in use` : `${row.inUse} / ${row.limit}`);
  setData(item.meter, "full", String(row.inUse >= row.limit));
  const share = `${Math.min(100, Math.round(100 * row.inUse / Math.max(1, row.limit)))}%`;
  if (item.share !== share) item.meter.lastChild.style.setProperty("--share", item.share = share);
  const values = [count(row.waiting), count(row.answered), count(row.failed), count(row.rejected), row.holdMs ? duration(row.holdMs) : "–"];
  const looks = [row.waiting && "wait", "", row.failed && "bad", row.rejected && "bad", ""];
  values.forEach((value, i) => {
    setText(item.numbers[i], value);
    setClass(item.numbers[i], value === "0" || value === "–" ? "n zero" : looks[i] ? `n ${looks[i]}` : "n");
  });
  if (before && before.state !== row.state) {
    item.element.classList.remove("fresh");
    requestAnimationFrame(() => item.element.classList.add("fresh"));
  }
}

function whyOf(row, now) {
  const since = span(now - row.since);
  if (row.mode === "Disabled") return "Stands aside: nothing is watched";
  const until = row.until ? `, ends in ${span(row.until - now)}` : "";
  const fallback = row.onFallback ? " · answering from its fallback" : "";
  return row.reason ? `${since} · ${row.reason}${until}${fallback}` : `for ${since}`;
}

function settle() {
  const shown = filter.value.trim().toLowerCase();
  const sorted = [...items.values()].sort((a, b) =>
    severity[a.row.state] - severity[b.row.state] || a.name.localeCompare(b.name));
  const wanted = sorted.map(item => item.name).join("\n");
  if (wanted !== order) {
    order = wanted;
    const focused = document.activeElement;
    list.append(...sorted.map(item => item.element));
    if (list.contains(focused)) focused.focus({ preventScroll: true });
  }
  let visible = 0;
  for (const item of sorted) {
    const hides = shown !== "" && !`${item.name} ${stateNames[item.row.state]}`.toLowerCase().includes(shown);
    if (item.element.hidden !== hides) item.element.hidden = hides;
    if (!hides) visible++;
    if (item.isSeen && !item.isDrawn) redraw(item);
  }
  empty.hidden = visible > 0;
  byId("legend").hidden = visible === 0;
  setText(empty, items.size ? "No guard matches the filter." : "No guard yet: one appears with its first connection.");
  for (const { state, number, tile } of tiles) {
    const value = state === "Waiting" ? sorted.reduce((sum, item) => sum + item.row.waiting, 0)
      : sorted.filter(item => item.row.state === state).length;
    setText(number, count(value));
    setData(tile, "none", String(value === 0));
  }
  const open = sorted.filter(item => item.row.state === "Open").length;
  const title = open ? `(${open} open) DbBreaker` : "DbBreaker";
  if (document.title !== title) document.title = title;
}

function redraw(item) {
  drawStrip(item.canvas, item.strip);
  item.isDrawn = true;
}

filter.addEventListener("input", settle);
document.addEventListener("keydown", e => {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
  if (e.key === "/" && !typing) { e.preventDefault(); filter.focus(); }
  if (e.key !== "ArrowDown" && e.key !== "ArrowUp" || typing && e.target !== filter || e.target instanceof HTMLSelectElement) return;
  if (e.target !== filter && !list.contains(e.target)) return;
  const rows = [...list.querySelectorAll("li:not([hidden]) > .row")];
  const next = rows[rows.indexOf(e.target) + (e.key === "ArrowDown" ? 1 : -1)] ?? (e.key === "ArrowUp" ? filter : null);
  if (next) { e.preventDefault(); next.focus(); }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  forgetColours();
  for (const item of items.values()) { item.isDrawn = false; if (item.isSeen) redraw(item); }
});
