// Messages on their way: shown at once, sent with a key that makes a repeat harmless, gone when the log has them.

import { sendMessage } from "./api.js";
import { explain, words } from "./words.js";

export class Outbox {
  constructor(session, changed, failed) {
    Object.assign(this, { session, changed, failed, items: restored(session), sending: Promise.resolve() });
  }

  add(text, body, turns) {
    const before = turns.map((turn) => turn.id);
    const item = { key: newKey(), text, body, before, turn: null, accepted: false, problem: null };
    this.items = [...this.items, item];
    return this.post(item.key);
  }

  again(key) {
    this.change(key, { problem: null });
    return this.post(key);
  }

  discard(key) {
    this.items = this.items.filter((item) => item.key !== key);
    this.keep();
    this.changed();
  }

  // Sends what could not be sent before and may go through now.
  resume() {
    for (const item of this.items) if (item.problem?.passing) this.again(item.key);
  }

  // What the log does not show yet. A turn can start before the answer to its POST is read, or that answer can get
  // lost: then the text tells which turn it became.
  unsent(turns) {
    const started = new Set(turns.map((turn) => turn.id));
    const spoken = new Set(this.items.map((item) => item.turn));
    return this.items.filter((item) => {
      if (item.turn) return !started.has(item.turn);
      const same = turns.find((turn) => !spoken.has(turn.id) && !item.before.includes(turn.id) && turn.text?.trim() === item.text.trim());
      if (same) spoken.add(same.id);
      return !same;
    });
  }

  // One after the other: two requests at once could overtake each other.
  post(key) {
    this.keep();
    this.changed();
    this.sending = this.sending.then(() => this.deliver(key));
    return this.sending;
  }

  async deliver(key) {
    const item = this.items.find((one) => one.key === key);
    if (!item || item.accepted) return;
    try {
      this.change(key, { turn: await sendMessage(this.session, item.body, key), accepted: true });
    } catch (failure) {
      this.change(key, { problem: problem(failure) });
      this.failed(failure);
    }
    this.changed();
  }

  change(key, values) {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...values } : item));
    this.keep();
  }

  // What is not accepted yet outlives a reload of the tab.
  keep() {
    const unsaid = this.items.filter((item) => !item.accepted);
    try {
      sessionStorage.setItem(place(this.session), JSON.stringify(unsaid));
    } catch {
      // A browser that keeps nothing still sends.
    }
  }
}

function problem(failure) {
  const { message, hint } = explain(failure);
  return { message, hint: failure.status === 0 ? words.sentLater : hint, passing: failure.passing };
}

// Nobody knows what became of a message that was under way when the page went: its key makes sending it again safe.
function restored(session) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place(session)) ?? "[]");
    return kept.map((item) => ({ ...item, problem: item.problem ?? { message: "", hint: "", passing: true } }));
  } catch {
    return [];
  }
}

function place(session) {
  return `laneway.unsent.${session}`;
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
