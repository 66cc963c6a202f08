// The page as a pure fold over the ordered event log: fold(view, event) -> view. Nothing here knows the DOM, time or network.

const LANE_STEP = null; // the place of a lane in the path, before the router has chosen one
const PATH = ["build_turn", "route_intent", LANE_STEP, "compose", "send_response"];
const AFTER_LANE = "compose";

export const nothing = Object.freeze({ last: 0, turns: Object.freeze([]) });

export function fold(view, event) {
  const step = STEPS[event.type];
  const turns = step && event.turn ? withTurn(view.turns, event, step) : view.turns;
  return { last: Math.max(view.last, event.seq), turns };
}

export function foldAll(view, events) {
  return events.reduce(fold, view);
}

function withTurn(turns, event, step) {
  const at = turns.findIndex((turn) => turn.id === event.turn);
  if (at < 0) return [...turns, step(newTurn(event), event)];
  return turns.with(at, step(turns[at], event));
}

function newTurn(event) {
  return {
    id: event.turn, at: event.at, text: null, status: "running", attempt: 1, lane: null, intent: null,
    ms: null, error: null, decision: null, nodes: waitingPath(), messages: [],
  };
}

function waitingPath() {
  return PATH.map((name) => ({ name, state: "waiting", ms: null, attempt: 1, code: null }));
}

const STEPS = {
  "turn.start": (turn, event) => ({
    ...turn, text: event.text, attempt: event.attempt ?? 1, status: "running", nodes: waitingPath(),
  }),
  "turn.end": (turn, event) => ({
    ...turn, status: event.status, ms: event.ms, lane: event.lane ?? turn.lane, intent: event.intent ?? turn.intent,
    error: event.error, nodes: onlyVisited(turn.nodes),
  }),
  "turn.cancelled": (turn) => ({ ...turn, status: "cancelled", nodes: onlyVisited(turn.nodes) }),
  "node.start": (turn, event) => node(turn, event, { state: "running", attempt: event.attempt ?? 1 }),
  "node.retry": (turn, event) => node(turn, event, { state: "running", attempt: event.attempt, code: null }),
  "node.end": (turn, event) => node(turn, event, { state: "done", ms: event.ms, code: null }),
  "node.error": (turn, event) => node(turn, event, { state: "error", ms: event.ms, code: event.code }),
  "node.interrupt": (turn, event) => node(turn, event, { state: "paused" }),
  "node.resume": (turn, event) => node(turn, event, { state: "running" }),
  "route.decision": (turn, event) => ({
    ...turn, decision: event, lane: event.lane, intent: event.intent, nodes: withLane(turn.nodes, event.lane),
  }),
  "message.delta": (turn, event) => message(turn, event, (old) => ({ ...old, text: old.text + event.text })),
  "message.final": (turn, event) => message(turn, event, (old) => ({ ...old, ...words(event), final: true })),
  "send.result": (turn, event) => message(turn, event, (old) => ({ ...old, outcome: event.outcome })),
};

function words(event) {
  const { text, locale, lane, choices = [], sources = [], link = null, attachment = null, author = null } = event;
  return { text, locale, lane, choices, sources, link, attachment, author };
}

function onlyVisited(nodes) {
  return nodes.filter((one) => one.state !== "waiting");
}

function withLane(nodes, lane) {
  return nodes.map((one) => (one.name === LANE_STEP ? { ...one, name: lane } : one));
}

function node(turn, event, change) {
  const nodes = withNode(turn.nodes, event.node);
  return { ...turn, nodes: nodes.map((one) => (one.name === event.node ? { ...one, ...change } : one)) };
}

// A node the path does not know yet: the lane, else something new, shown where the turn has got to.
function withNode(nodes, name) {
  if (nodes.some((one) => one.name === name)) return nodes;
  const lane = nodes.findIndex((one) => one.name === LANE_STEP);
  if (lane > 0 && nodes[lane - 1].state !== "waiting") return withLane(nodes, name);
  const reached = nodes.findLastIndex((one) => one.state !== "waiting") + 1;
  return nodes.toSpliced(reached, 0, { name, state: "waiting", ms: null, attempt: 1, code: null });
}

export function isLane(nodes, at) {
  return nodes[at - 1]?.name === "route_intent" && nodes[at].name !== AFTER_LANE;
}

function message(turn, event, change) {
  const at = turn.messages.findIndex((one) => one.ordinal === event.ordinal);
  if (at >= 0) return { ...turn, messages: turn.messages.with(at, change(turn.messages[at])) };
  const fresh = { ordinal: event.ordinal, text: "", locale: "", lane: null, choices: [], sources: [], link: null, attachment: null, author: null, final: false };
  const messages = [...turn.messages, change(fresh)].sort((a, b) => a.ordinal - b.ordinal);
  return { ...turn, messages };
}
