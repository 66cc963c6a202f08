// One turn's path: lit step by step while it runs, afterwards one line that opens into every step and the decision.

import { el, laneChip } from "./dom.js";
import { isLane } from "./fold.js";
import { milliseconds, number, percent, words } from "./words.js";

const GLYPHS = { waiting: "○", running: "◐", done: "✓", error: "!", paused: "❚❚" };
const CLOSE_CALL = 0.15;

export function progress(turn) {
  const steps = turn.nodes.map((node, at) =>
    el("li", { class: "step", "data-state": node.state, "data-node": node.name ?? "" }, glyph(node.state),
      el("span", { class: "step-name" }, label(turn.nodes, at)), said(node.state)));
  return el("ol", { class: "strip", "aria-label": words.progress }, steps);
}

export function details(turn, open) {
  const failed = turn.status !== "completed";
  const retried = turn.nodes.find((node) => node.attempt > 1);
  const steps = words.steps(turn.nodes.length);
  const facts = [failed ? turn.status : null, milliseconds(turn.ms), steps, retried && words.attempt(retried.attempt)].filter(Boolean);
  const summary = el("summary", {}, glyph(failed ? "error" : "done"), turn.lane && laneChip(turn.lane),
    el("span", { class: "facts" }, facts.join(" · ")), closeCall(turn.decision));
  const route = turn.decision;
  const body = el("div", { class: "inside" },
    el("div", { class: "half" }, path(turn), route && nearest(route.nearest ?? [])),
    route && el("div", { class: "half" }, decision(route), chain(route.chain ?? [])));
  return el("details", { class: "turn-details", open }, summary, body);
}

function glyph(state) {
  return el("span", { class: "glyph", "data-state": state, "aria-hidden": "true" }, GLYPHS[state]);
}

function said(state) {
  return el("span", { class: "hidden" }, `, ${words.states[state]}`);
}

function label(nodes, at) {
  const { name } = nodes[at];
  return words.nodes[name] ?? (isLane(nodes, at) ? words.lane(name) : name);
}

function closeCall(route) {
  return route && route.margin < CLOSE_CALL ? el("span", { class: "close-call" }, words.closeCall) : null;
}

function path(turn) {
  const longest = Math.max(...turn.nodes.map((node) => node.ms ?? 0), 0.001);
  const rows = turn.nodes.map((node, at) =>
    el("li", { class: "node", "data-node": node.name, "data-state": node.state }, glyph(node.state),
      el("span", { class: "node-name" }, el("span", {}, label(turn.nodes, at)), el("code", {}, node.name), said(node.state),
        node.code && el("span", { class: "node-error" }, node.code)),
      bar((node.ms ?? 0) / longest), el("span", { class: "figure" }, milliseconds(node.ms))));
  return section(words.path, el("ol", { class: "rows" }, rows));
}

function decision(route) {
  return section(words.why, el("p", { class: "reason", lang: "en" }, route.reason), facts(route), lanes(route));
}

function facts(route) {
  const pairs = [[words.intent, el("code", {}, route.intent ?? "–")], [words.confidence, percent(route.confidence)]];
  if (route.outcome && route.outcome !== "routed") pairs.push([words.outcome, words.outcomes[route.outcome] ?? route.outcome]);
  if (route.out_of_scope) pairs.push([words.outOfScope, percent(route.out_of_scope)]);
  if (route.clarify?.length) pairs.push([words.clarify, named(route.clarify)]);
  if (route.also?.length) pairs.push([words.also, named(route.also)]);
  return el("dl", { class: "pairs" }, pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function named(some) {
  return some.map((one) => el("code", { title: one.text ?? "" }, `${one.lane} · ${one.intent} `));
}

function lanes(route) {
  const shares = Object.entries(route.probabilities ?? {}).sort((a, b) => b[1] - a[1]);
  const rows = shares.map(([lane, share]) =>
    el("li", { class: "share", "data-chosen": lane === route.lane }, laneChip(lane), bar(share),
      el("span", { class: "figure" }, number(share, 2))));
  return el("ul", { class: "rows", "aria-label": words.lanes }, rows);
}

function chain(stages) {
  if (!stages.length) return null;
  const rows = stages.map((stage) =>
    el("li", { class: "stage", "data-fired": stage.fired }, el("code", {}, stage.name),
      el("span", { lang: "en" }, stage.reason), el("span", { class: "figure" }, stage.fired ? words.decided : words.passed)));
  return section(words.chain, el("ol", { class: "rows" }, rows));
}

function nearest(examples) {
  if (!examples.length) return null;
  const rows = examples.map((example) =>
    el("li", { class: "example" }, laneChip(example.lane), el("span", { dir: "auto" }, example.text),
      el("span", { class: "figure" }, number(example.similarity, 2))));
  return section(words.nearest, el("ul", { class: "rows" }, rows));
}

function bar(share) {
  return el("span", { class: "track", "aria-hidden": "true" }, el("span", { class: "fill", share }));
}

function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), children);
}
