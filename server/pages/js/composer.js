// The field one writes in: Enter sends, Shift+Enter starts a line, what is too long says so and stays.

import { byId } from "./dom.js";
import { words } from "./words.js";

export const LONGEST = 8000;
const COUNT_FROM = 7500;

export class Composer {
  constructor(send) {
    Object.assign(this, { send, form: byId("composer"), field: byId("text"), button: byId("send"), count: byId("count"), stopped: false });
    this.field.addEventListener("input", () => this.check());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.check();
  }

  stop(stopped) {
    this.stopped = stopped;
    this.field.disabled = stopped;
    this.check();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  check() {
    const length = [...this.field.value].length;
    const over = length > LONGEST;
    this.button.disabled = this.stopped || over || !this.field.value.trim();
    this.count.textContent = length < COUNT_FROM ? "" : (over ? words.tooLong : words.count)(length, LONGEST);
    this.field.setAttribute("aria-invalid", String(over));
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${this.field.scrollHeight + 2}px`);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    const text = this.field.value;
    this.field.value = "";
    this.check();
    this.send(text);
  }
}
