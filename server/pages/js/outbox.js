// Messages on their way: shown at once, sent with a key that makes a repeat harmless, gone when the log has them.

import { sendMessage } from "./api.js";
import { explain } from "./words.js";

export class Outbox {
  constructor(session, changed, failed) {
    Object.assign(this, { session, changed, failed, items: [] });
  }

  add(text, body, turns) {
    const before = new Set(turns.map((turn) => turn.id));
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
    this.changed();
  }

  // What the log does not show yet. A turn can start before the answer to its POST is read, or that answer can get
  // lost: then the text tells which turn it became.
  unsent(turns) {
    const started = new Set(turns.map((turn) => turn.id));
    const spoken = new Set(this.items.map((item) => item.turn));
    return this.items.filter((item) => {
      if (item.turn) return !started.has(item.turn);
      const same = turns.find((turn) => !spoken.has(turn.id) && !item.before.has(turn.id) && turn.text?.trim() === item.text.trim());
      if (same) spoken.add(same.id);
      return !same;
    });
  }

  async post(key) {
    const { body } = this.items.find((item) => item.key === key);
    this.changed();
    try {
      this.change(key, { turn: await sendMessage(this.session, body, key), accepted: true });
    } catch (failure) {
      this.change(key, { problem: explain(failure) });
      this.failed(failure);
    }
    this.changed();
  }

  change(key, values) {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...values } : item));
  }
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
