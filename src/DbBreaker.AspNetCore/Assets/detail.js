import { byId, count, duration, make, setData, setText, span, stateNames, timeOf } from "./dom.js";
import { buckets, chart } from "./charts.js";

const panel = byId("detail"), root = document.documentElement, main = document.querySelector("main");
let name = null, view = null, bucketMs = 5000, loading = false, again = false, onClose = () => {}, onAct = () => {};

export const selected = () => name;
export function wire(close, act, seconds) { onClose = close; onAct = act; bucketMs = seconds * 1000; }

export async function show(guard) {
  name = guard;
  view = null;
  panel.replaceChildren();
  await refresh();
  panel.focus({ preventScroll: true });
  if (matchMedia("(max-width: 1499px)").matches) panel.scrollIntoView({ block: "start" });
}

export function close() {
  name = null;
  view = null;
  panel.hidden = true;
  main.classList.remove("two");
}

export async function refresh() {
  if (!name) return;
  if (loading) { again = true; return; }
  loading = true;
  const asked = name;
  try {
    const answer = await fetch(`${root.dataset.base}guard?name=${encodeURIComponent(asked)}`, { cache: "no-store" });
    if (asked !== name) return;
    if (answer.status === 404) { close(); onClose(); return; }
    if (answer.ok) render(await answer.json());
  } catch { /* The stream's notice already says that the server is not reached. */ } finally {
    loading = false;
    if (again || asked !== name) { again = false; refresh(); }
  }
}

function build(row) {
  const state = make("span", { class: "state" }), why = make("p", { class: "why" });
  const isolate = make("button", { type: "button" }, "Isolate…"), reset = make("button", { type: "button" }, "Reset…");
  isolate.addEventListener("click", () => onAct("isolate", row.name));
  reset.addEventListener("click", () => onAct("reset", row.name));
  const shut = make("button", { type: "button", "aria-label": "Close (Esc)" }, "Close");
  shut.addEventListener("click", () => { const was = name; close(); onClose(was); });
  const actions = make("div", { class: "actions" });
  if (root.dataset.control === "yes") actions.append(isolate, reset);
  const figures = make("dl", { class: "figures" });
  const at = i => timeOf(Date.now() - (buckets - 1 - i) * bucketMs);
  const operations = chart("Operations per 5 s", [
    { name: "answered", colour: "answered", bar: true }, { name: "failed", colour: "open", bar: true },
    { name: "rejected", colour: "amber", bar: true }, { name: "by fallback", colour: "waiting", bar: true },
  ], (i, [a, f, r, b]) => `${at(i)}  ${count(a)} answered, ${count(f)} failed, ${count(r)} rejected, ${count(b)} by fallback`);
  const permits = chart("Permits and queue", [
    { name: "in use", colour: "answered", bar: true }, { name: "waiting", colour: "waiting", bar: true },
    { name: "limit", colour: "soft", dashed: true, skipZero: true },
  ], (i, [u, w, l]) => `${at(i)}  ${count(u)} of ${count(l)} in use, ${count(w)} waiting`);
  const holds = chart("Mean time a connection is held", [{ name: "held", colour: "waiting", skipZero: true }],
    (i, [h]) => `${at(i)}  ${h === null || h === undefined ? "no data" : duration(h)}`);
  const axis = make("div", { class: "axis" }, make("span", {}, "15 min ago"), make("span", {}, "10 min"), make("span", {}, "5 min"), make("span", {}, "now"));
  const transitions = make("tbody"), options = make("tbody");
  panel.replaceChildren(
    make("div", { class: "top" }, make("div", {}, make("h2", {}, row.name), state), shut), why, actions, figures,
    operations.element, permits.element, holds.element, axis,
    make("h3", {}, "Transitions, newest first"), make("div", { class: "scroll" }, make("table", {}, transitions)),
    make("h3", {}, "Effective options"), make("div", { class: "scroll" }, make("table", {}, options)));
  return { state, why, figures, operations, permits, holds, transitions, options, isolate, reset };
}

function render(detail) {
  const { row, series } = detail;
  view ??= build(row);
  setText(view.state, stateNames[row.state] + (row.mode === "Enforce" ? "" : ` · ${row.mode.toLowerCase()}`));
  setData(view.state, "state", row.state);
  const retry = detail.retryAfterSeconds > 0 ? ` Next chance in ${detail.retryAfterSeconds.toFixed(1)} s.` : "";
  setText(view.why, `${row.reason ? `${row.reason}. ` : ""}In this state for ${span(Date.now() - row.since)}.${retry}`);
  view.isolate.disabled = row.state === "Isolated";
  view.reset.disabled = row.state === "Closed";
  const probe = { true: "answers", false: "no answer" }[detail.probeAnswered] ?? "not asked";
  const pairs = [
    ["Permits in use", `${row.inUse} / ${row.limit}`], ["Waiting", count(row.waiting)],
    ["Longest held", row.inUse ? duration(detail.longestHoldMs) : "–"], ["Probe", probe],
    ["Rejected, open", count(detail.rejectedOpen)], ["Rejected, full", count(detail.rejectedSaturated)],
    ...(row.mode === "Observe" || detail.wouldHaveRejected ? [["Would reject", count(detail.wouldHaveRejected)]] : []),
    ...(detail.fallbackAnswers ? [["Fallback answers", count(detail.fallbackAnswers)]] : []),
  ];
  view.figures.replaceChildren(...pairs.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value))));
  view.operations.update([series.answered, series.failed, series.rejected, series.fromFallback], count);
  view.permits.update([series.inUse, series.waiting, series.limit], count);
  view.holds.update([series.holdMs], duration);
  const key = `${detail.transitionCount}/${detail.transitions.length}`;
  if (view.key !== key) {
    view.key = key;
    view.transitions.replaceChildren(...(detail.transitions.length ? detail.transitions.map(transition) : [none()]));
  }
  const optionsKey = JSON.stringify(detail.options);
  if (view.optionsKey !== optionsKey) {
    view.optionsKey = optionsKey;
    view.options.replaceChildren(...detail.options.map(option));
  }
  panel.hidden = false;
  main.classList.add("two");
}

const none = () => make("tr", {}, make("td", {}, "None since this process started."));

function transition(t) {
  const evidence = [
    t.operations ? `${count(t.failures)} of ${count(t.operations)} failed` : null,
    t.running ? `${t.stalled} of ${t.running} running stalled` : null,
    `${t.inUse} of ${t.limit} permits in use, ${count(t.waiting)} waiting`,
    t.probeAnswered === null ? null : `probe ${t.probeAnswered ? "answered" : "not answered"} in ${duration(t.probeMs)}`,
    t.breakMs ? `break of ${duration(t.breakMs)}` : null, t.failureType,
  ].filter(Boolean).join(" · ");
  const state = make("span", { class: "state", "data-state": t.to }, stateNames[t.to]);
  return make("tr", {}, make("td", {}, make("time", { datetime: new Date(t.at).toISOString() }, timeOf(t.at)), state),
    make("td", {}, t.reason, make("small", {}, evidence)));
}

function option(o) {
  return make("tr", o.isDefault ? {} : { class: "changed" }, make("th", { scope: "row" }, o.name),
    make("td", { class: "n" }, o.value), make("td", { class: "n" }, make("small", {}, o.isDefault ? "" : `default ${o.default}`)));
}
