import { byId, setText, span, timeOf } from "./dom.js";
import * as guards from "./guards.js";
import * as detail from "./detail.js";

const root = document.documentElement, base = root.dataset.base;
const stream = byId("stream"), notice = byId("notice");
const lostAfter = 4000, retryAfter = 2000;
let source = null, heardAt = 0, skew = 0, isLive = false;

async function connect() {
  try {
    const answer = await fetch(`${base}guards`, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status === 401 || answer.status === 403
      ? "You may not see this page any more. Reload it to sign in." : `The server answered ${answer.status}.`);
    const list = await answer.json();
    setText(byId("instance"), `on ${list.instance}`);
    detail.wire(closed, act, list.bucketSeconds);
    hear(list.now);
    guards.load(list.guards, list.bucket);
    if (list.isDisabled) say("DBBREAKER_DISABLED is set: every guard stands aside.", true);
    source = new EventSource(`${base}stream`);
    source.onmessage = message => {
      const frame = JSON.parse(message.data);
      hear(frame.now);
      guards.apply(frame.guards, frame.gone, frame.bucket);
      guards.age(Date.now() - skew);
      const open = detail.selected();
      if (open && frame.guards.some(row => row.name === open)) detail.refresh();
    };
    source.onerror = () => lose();
  } catch (error) {
    lose(error instanceof TypeError ? "" : error.message);
  }
}

function hear(now) {
  heardAt = performance.now();
  skew = Date.now() - now;
  if (!isLive) {
    isLive = true;
    document.body.classList.remove("lost");
    stream.dataset.stream = "live";
    notice.hidden = true;
  }
  setText(stream.lastChild, `live · ${timeOf(now)}`);
}

function lose(why) {
  source?.close();
  source = null;
  if (isLive || !heardAt) {
    isLive = false;
    document.body.classList.add("lost");
    stream.dataset.stream = "lost";
    const since = heardAt ? ` What you see is from ${timeOf(Date.now() - (performance.now() - heardAt))}.` : "";
    say(why || `The connection to the application is lost.${since} Trying again.`);
  }
  setTimeout(connect, retryAfter);
}

function say(text, calm = false) {
  notice.className = calm ? "calm" : "";
  setText(notice, text);
  notice.hidden = false;
}

setInterval(() => {
  if (source && performance.now() - heardAt > lostAfter) lose();
  if (!isLive && heardAt) setText(stream.lastChild, `lost ${span(performance.now() - heardAt)} ago`);
}, 1000);

guards.selectWith(name => {
  if (detail.selected() === name) { detail.close(); closed(name); return; }
  guards.mark(name);
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  detail.show(name);
});

function closed(name) {
  guards.mark(null);
  history.replaceState(null, "", location.pathname + location.search);
  if (name) guards.rowOf(name);
}

document.addEventListener("keydown", e => {
  if (e.key !== "Escape" || byId("confirm").open || !detail.selected()) return;
  const name = detail.selected();
  detail.close();
  closed(name);
  document.querySelector(`li[data-name="${CSS.escape(name)}"] > .row`)?.focus();
});

function act(what, name) {
  const dialog = byId("confirm"), isolates = what === "isolate";
  setText(byId("confirm-title"), `${isolates ? "Isolate" : "Reset"} ${name}?`);
  setText(byId("confirm-text"), isolates
    ? "Every new call to this database is rejected at once, on this instance. What runs goes on; transactions may finish."
    : "The circuit closes and all permits are back at once, whatever opened it. If the server is still away, it opens again.");
  setText(byId("confirm-go"), isolates ? "Isolate" : "Reset");
  byId("confirm-isolate").hidden = !isolates;
  byId("confirm-reason").value = "";
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "go") send(what, name); };
  dialog.showModal();
}

byId("confirm-cancel").addEventListener("click", () => byId("confirm").close("cancel"));

async function send(what, name) {
  const minutes = byId("confirm-minutes").value;
  const body = what === "isolate"
    ? { guard: name, reason: byId("confirm-reason").value, minutes: minutes ? Number(minutes) : null } : { guard: name };
  try {
    const answer = await fetch(base + what, {
      method: "POST", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-DbBreaker-Token": root.dataset.token },
    });
    if (answer.ok) { notice.hidden = true; detail.refresh(); return; }
    const problem = await answer.json().catch(() => ({}));
    say(`${name} was not changed. ${problem.detail ?? `The server answered ${answer.status}.`}`);
  } catch {
    say(`${name} was not changed: the application is not reached.`);
  }
}

await connect();
const wanted = decodeURIComponent(location.hash.slice(1));
if (wanted && guards.names().includes(wanted)) { guards.mark(wanted); detail.show(wanted); }
