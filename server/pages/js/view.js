// Draws the view model. A block is drawn anew only when what it shows has changed, so focus and open details stay.

import { el, laneChip } from "./dom.js";
import { details, progress } from "./turn-details.js";
import { words } from "./words.js";

// `act` has: choose(choice), again(key), discard(key).
export class View {
  constructor(log, act) {
    Object.assign(this, { log, act, blocks: new Map() });
  }

  draw(turns, unsent, stopped) {
    const last = turns.at(-1)?.id;
    const wanted = new Map();
    for (const turn of turns) {
      const offered = turn.id === last && !unsent.length && !stopped && turn.status !== "running";
      wanted.set(turn.id, [[turn, offered], (old) => this.turn(turn, offered, old)]);
    }
    for (const item of unsent) wanted.set(item.key, [[item], () => this.unsent(item)]);
    this.place(wanted);
  }

  place(wanted) {
    for (const [key, block] of this.blocks) if (!wanted.has(key)) this.remove(key, block);
    for (const [key, [shown, make]] of wanted) {
      const old = this.blocks.get(key);
      if (old?.shown.every((value, at) => value === shown[at])) continue;
      const element = make(old?.element);
      if (old) old.element.replaceWith(element);
      else this.log.append(element);
      this.blocks.set(key, { shown, element });
    }
    this.order([...wanted.keys()].map((key) => this.blocks.get(key).element));
  }

  remove(key, block) {
    block.element.remove();
    this.blocks.delete(key);
  }

  order(elements) {
    elements.forEach((element, at) => {
      if (this.log.children[at] !== element) this.log.insertBefore(element, this.log.children[at] ?? null);
    });
  }

  turn(turn, offered, old) {
    const open = old?.querySelector("details")?.open ?? false;
    const focused = old?.querySelector("summary") === document.activeElement && old != null;
    const running = turn.status === "running";
    const element = el("article", { class: "turn", "data-status": turn.status, "data-turn": turn.id },
      turn.text ? said(turn.text) : null, running ? progress(turn) : details(turn, open),
      turn.messages.map((message) => this.answer(turn, message, offered)), failure(turn));
    if (focused) queueMicrotask(() => element.querySelector("summary")?.focus());
    return element;
  }

  answer(turn, message, offered) {
    const bubble = el("div", { class: "bubble theirs", dir: "auto", lang: message.locale || null, "aria-busy": !message.final },
      message.author ? el("span", { class: "author" }, message.author) : el("span", { class: "hidden" }, `${words.assistant}: `), message.text,
      opens(message.link?.url, message.link?.label), opens(message.attachment?.url, message.attachment?.filename || message.attachment?.kind));
    const lane = message.lane !== turn.lane && message.lane;
    const caption = (lane || message.sources.length > 0) && el("p", { class: "caption" }, lane && laneChip(lane),
      message.sources.map((source) => el("span", { class: "source" }, `${words.source}: ${source.title || source.ref}`)));
    const undelivered = message.outcome === "failed" && el("p", { class: "trouble" }, `! ${words.notDelivered}`);
    return el("div", { class: "answer" }, bubble, caption, undelivered, offered && this.choices(message.choices));
  }

  choices(choices) {
    if (!choices.length) return null;
    const buttons = choices.map((choice) =>
      el("button", { type: "button", class: "choice", "data-choice": choice.id, onclick: () => this.act.choose(choice) }, choice.title));
    return el("div", { class: "choices", role: "group", "aria-label": words.answerChoices }, buttons);
  }

  unsent(item) {
    const state = item.problem ? this.problem(item) : el("p", { class: "caption end" }, item.accepted ? words.waiting : words.sending);
    return el("article", { class: "turn", "data-status": item.problem ? "unsent" : "sending" }, said(item.text, true), state);
  }

  problem(item) {
    const { message, hint } = item.problem;
    return el("div", { class: "trouble end", role: "alert" },
      el("p", {}, el("strong", {}, `! ${words.notSent} `), `${message} ${hint}`),
      el("div", { class: "choices" },
        el("button", { type: "button", class: "choice", onclick: () => this.act.again(item.key) }, words.again),
        el("button", { type: "button", class: "choice", onclick: () => this.act.discard(item.key) }, words.discard)));
  }
}

function said(text, unsure = false) {
  return el("div", { class: "bubble mine", dir: "auto", "data-unsure": unsure }, el("span", { class: "hidden" }, `${words.you}: `), text);
}

function opens(url, label) {
  if (!/^https?:/.test(url ?? "")) return null;
  return el("p", {}, el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label || url));
}

function failure(turn) {
  if (turn.status === "cancelled") return el("p", { class: "trouble" }, `! ${words.turnCancelled}`);
  if (turn.status !== "failed" && turn.status !== "dead_lettered") return null;
  return el("p", { class: "trouble" }, el("strong", {}, "! "), words.turnFailed, turn.error && el("code", {}, ` ${turn.error}`));
}
