// Wires the page: session, stream, fold, outbox, view.

import { startSession } from "./api.js";
import { Composer } from "./composer.js";
import { byId, el, laneChip } from "./dom.js";
import { foldAll, nothing } from "./fold.js";
import { Outbox } from "./outbox.js";
import { Pacer } from "./pace.js";
import { forget, remember, rememberedSession } from "./session.js";
import { Stream } from "./stream.js";
import { EXAMPLES, explain, LANES, words } from "./words.js";
import { View } from "./view.js";

const NEAR_END_PX = 80;

let model = nothing;
let loaded = false;
let stopped = false;
let stream = null;
let outbox = null;

const scroller = byId("scroll");
const composer = new Composer((text) => say(text, { text }));
const view = new View(byId("log"), {
  choose: (choice) => say(choice.title, { parts: [{ kind: "button_reply", id: choice.id, title: choice.title }] }),
  again: (key) => outbox.again(key),
  discard: (key) => outbox.discard(key),
});
const pacer = new Pacer(show);

function say(text, body) {
  outbox.add(text, body, model.turns);
  composer.focus();
  toEnd();
}

function show(events, stored) {
  model = foldAll(model, events);
  draw();
  const answers = stored ? [] : events.filter((event) => event.type === "message.final");
  if (answers.length) byId("announcer").replaceChildren(...answers.map((event) => el("p", { lang: event.locale || null }, event.text)));
}

function draw() {
  const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  const unsent = outbox?.unsent(model.turns) ?? [];
  view.draw(model.turns, unsent, stopped);
  byId("empty").hidden = !loaded || stopped || model.turns.length > 0 || unsent.length > 0;
  if (near) toEnd();
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

function notice(failure, action) {
  const place = byId("notice");
  const { message, hint } = failure ?? {};
  place.hidden = !failure;
  place.replaceChildren();
  if (failure) place.append(el("p", {}, el("strong", {}, message), ` ${hint}`), action);
}

function connection(state) {
  byId("connection").dataset.state = state;
  byId("connection-text").textContent = words.connection[state];
  if (state !== "live") return;
  loaded = true;
  outbox.resume();
  draw();
}

function gone(failure) {
  stopped = true;
  forget();
  composer.stop(true);
  connection("ended");
  const known = failure.code === "session_not_found" ? { message: words.gone, hint: model.turns.length ? words.goneHint : "" } : explain(failure);
  notice(known, button(words.fresh, fresh));
  draw();
}

function button(text, act) {
  return el("button", { type: "button", class: "choice", onclick: act }, text);
}

function open(session) {
  stream?.close();
  pacer.clear();
  model = nothing;
  loaded = false;
  stopped = false;
  composer.stop(false);
  notice(null);
  outbox = new Outbox(session, draw, (failure) => failure.code === "session_not_found" && gone(failure));
  stream = new Stream(session, { events: (rows, stored) => pacer.push(rows, stored), reset, state: connection, failed: gone });
  draw();
  stream.start();
}

function reset() {
  pacer.clear();
  model = nothing;
}

async function fresh() {
  connection("connecting");
  try {
    const session = await startSession();
    remember(session, false);
    open(session);
    composer.focus();
  } catch (failure) {
    connection("offline");
    notice(explain(failure), button(words.again, fresh));
  }
}

function begin() {
  const session = rememberedSession();
  if (!session) return void fresh();
  remember(session, true);
  open(session);
}

function speak() {
  document.documentElement.lang = words.language;
  byId("new").textContent = words.fresh;
  byId("empty-title").textContent = words.emptyTitle;
  byId("empty-text").textContent = words.emptyText;
  byId("empty-lanes").append(...LANES.map(laneChip));
  byId("text-label").textContent = words.message;
  byId("text").placeholder = words.placeholder;
  byId("send").textContent = words.send;
  byId("hint").textContent = words.hint;
  scroller.setAttribute("aria-label", words.conversation);
  byId("log").setAttribute("aria-label", words.conversation);
  byId("examples").append(...EXAMPLES.map((text) => button(text, () => say(text, { text }))));
}

speak();
connection("connecting");
byId("new").addEventListener("click", fresh);
addEventListener("popstate", begin);
composer.focus();
begin();
