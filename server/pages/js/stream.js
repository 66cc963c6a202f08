// A session's events, in order, each once: the stored ones first, then live, through every cut of the connection.

import { eventsUrl, readEvents } from "./api.js";

const TYPES = [
  "turn.start", "turn.end", "turn.cancelled", "node.start", "node.end", "node.retry", "node.error", "node.interrupt",
  "node.resume", "llm.start", "llm.first", "llm.end", "tool.start", "tool.end", "route.decision", "edge",
  "message.delta", "message.final", "send.result", "log", "message",
];
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const PAGE = 10_000;
const TRIES_UNTIL_OFFLINE = 4;

// `on` has: events(rows, stored), reset(), state("connecting" | "live" | "reconnecting" | "offline"), failed(failure).
export class Stream {
  constructor(session, on) {
    Object.assign(this, { session, on, last: 0, tries: 0, source: null, timer: 0, filling: null, held: [], closed: false });
    this.wake = () => this.retryNow();
    addEventListener("online", this.wake);
  }

  start() {
    this.on.state("connecting");
    return this.connect();
  }

  close() {
    this.closed = true;
    removeEventListener("online", this.wake);
    this.drop();
  }

  retryNow() {
    if (this.closed || this.source?.readyState === EventSource.OPEN) return;
    this.drop();
    this.connect();
  }

  async connect() {
    if (!(await this.fill())) return;
    if (this.closed || this.source) return;
    const source = new EventSource(eventsUrl(this.session, this.last));
    this.source = source;
    let cuts = 0;
    source.onopen = () => { cuts = 0; this.tries = 0; this.on.state("live"); };
    source.onerror = () => {
      this.on.state("reconnecting");
      if (++cuts > 1 || source.readyState === EventSource.CLOSED) this.later();
    };
    source.addEventListener("reset", () => this.restart());
    source.addEventListener("bye", () => this.later());
    for (const type of TYPES) source.addEventListener(type, (event) => this.take(JSON.parse(event.data)));
  }

  take(row) {
    if (row.seq <= this.last) return;
    if (this.filling || row.seq > this.last + 1) {
      this.held.push(row);
      return void this.fill();
    }
    this.give(row);
  }

  // Reads what is missing after the last event, then takes what arrived meanwhile. A gap that stays was never stored.
  fill() {
    this.filling ??= this.read().then((filled) => {
      this.filling = null;
      const held = this.held.splice(0).sort((a, b) => a.seq - b.seq);
      if (filled) for (const row of held) this.give(row);
      return filled;
    });
    return this.filling;
  }

  give(row) {
    if (row.seq <= this.last || this.closed) return;
    this.last = row.seq;
    this.on.events([row], false);
  }

  async read() {
    const stored = this.last === 0;
    try {
      for (let rows = [null]; rows.length && !this.closed; rows = rows.length < PAGE ? [] : rows) {
        rows = (await readEvents(this.session, this.last)).filter((row) => row.seq > this.last);
        if (!rows.length || this.closed) break;
        this.last = rows.at(-1).seq;
        this.on.events(rows, stored);
      }
      return true;
    } catch (failure) {
      this.failed(failure);
      return false;
    }
  }

  failed(failure) {
    if (this.closed) return;
    if (failure.status === 400 && this.last) return void setTimeout(() => this.restart());
    const lost = failure.status >= 400 && failure.status < 500 && failure.status !== 429 && failure.status !== 408;
    if (!lost) return this.later();
    this.close();
    this.on.failed(failure);
  }

  async restart() {
    this.drop();
    await this.filling;
    this.drop();
    if (this.closed) return;
    this.last = 0;
    this.on.reset();
    return this.connect();
  }

  later() {
    this.drop();
    if (this.closed) return;
    const offline = !navigator.onLine || this.tries >= TRIES_UNTIL_OFFLINE;
    this.on.state(offline ? "offline" : "reconnecting");
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries++);
    this.timer = setTimeout(() => this.connect(), longest * (0.5 + Math.random() / 2));
  }

  drop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
