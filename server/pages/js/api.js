// The HTTP calls of the page. A failure is a Failure with the server's code, message and hint.

const TIMEOUT_MS = 15_000;

const PASSING = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

export class Failure extends Error {
  constructor(status, { code, message, hint }) {
    super(message);
    Object.assign(this, { status, code, hint, passing: PASSING.has(status) });
  }
}

export async function startSession() {
  return (await call("/v1/sessions", { method: "POST" })).session_id;
}

export async function sendMessage(session, body, key) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  const path = `/v1/sessions/${encodeURIComponent(session)}/messages`;
  return (await call(path, { method: "POST", headers, body: JSON.stringify(body) })).turn_id;
}

export function readEvents(session, after) {
  return call(`/v1/sessions/${encodeURIComponent(session)}/events.json${after ? `?after=${after}` : ""}`);
}

export function eventsUrl(session, after) {
  return `/v1/sessions/${encodeURIComponent(session)}/events${after ? `?after=${after}` : ""}`;
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Failure(0, { code: "unreachable", message: "", hint: "" });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new Failure(response.status, body?.code ? body : { code: "unreadable", message: "", hint: "" });
}
