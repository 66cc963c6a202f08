// Lets people see each step: a turn takes milliseconds, so the end of a step waits until its start was visible a while.
// What is said never waits: a message changes nothing that a step changes, so the fold comes out the same.

const STEP_MS = 120;
const TURN_MS = 900;
const SAID = new Set(["message.delta", "message.final", "send.result"]);

export class Pacer {
  constructor(show) {
    Object.assign(this, { show, queue: [], timer: 0, began: new Map(), spent: 0 });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    document.addEventListener("visibilitychange", () => this.run());
  }

  push(events, stored) {
    if (stored) {
      this.flush();
      this.show(events, true);
      return;
    }
    const said = events.filter((event) => SAID.has(event.type));
    this.queue.push(...events.filter((event) => !SAID.has(event.type)));
    if (!this.timer || events.some((event) => event.type === "turn.start")) this.run();
    if (said.length) this.show(said, false);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.queue.length) this.show(this.queue.splice(0), false);
  }

  clear() {
    this.queue.length = 0;
    this.flush();
  }

  run() {
    clearTimeout(this.timer);
    this.timer = 0;
    const ready = [];
    let wait = 0;
    while (this.queue.length && !(wait = this.wait(this.queue[0]))) ready.push(this.begun(this.queue.shift()));
    if (ready.length) this.show(ready, false);
    if (this.queue.length) this.timer = setTimeout(() => this.waited(wait), wait);
  }

  waited(ms) {
    this.spent += ms;
    this.run();
  }

  begun(event) {
    if (event.type === "turn.start") this.spent = 0;
    if (event.type === "node.start") this.began.set(event.node, performance.now());
    return event;
  }

  wait(event) {
    if (this.calm.matches || document.hidden || this.spent > TURN_MS || !this.began.has(event.node)) return 0;
    if (event.type !== "node.end" && event.type !== "node.error") return 0;
    if (this.queue.some((later) => later.type === "turn.start")) return 0;
    return Math.max(0, Math.ceil(this.began.get(event.node) + STEP_MS - performance.now()));
  }
}
