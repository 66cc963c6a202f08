// What the page says, in the browser's language: English or Spanish.

const EN = {
  language: "en",
  connection: { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", offline: "Offline", ended: "Ended" },
  fresh: "New conversation",
  conversation: "Conversation",
  emptyTitle: "Ask anything a shop gets asked",
  emptyText: "Products, prices, orders, deliveries and returns: write as you would to the shop.",
  message: "Message",
  placeholder: "Write a message",
  send: "Send",
  hint: "Enter sends, Shift+Enter starts a new line",
  sending: "Sending",
  waiting: "Waiting for its turn",
  notSent: "Not sent.",
  again: "Try again",
  discard: "Discard",
  sentLater: "Try again, or leave it: it is sent once this page has reconnected, and never twice.",
  count: (length, limit) => `${length} of ${limit} characters`,
  tooLong: (length, limit) => `${length} of ${limit} characters: too long to send`,
  you: "You",
  assistant: "Assistant",
  source: "Source",
  answerChoices: "Suggested replies",
  progress: "Progress",
  nodes: {
    build_turn: "Reading your message", route_intent: "Choosing who answers", compose: "Writing", send_response: "Sending",
  },
  lane: (name) => (name === "handoff" ? "Handing over to a person" : name ? `${capital(name)} answers` : "Answering"),
  states: { waiting: "waiting", running: "running", done: "done", error: "failed", paused: "waiting for an answer" },
  steps: (count) => `${count} steps`,
  path: "Steps",
  why: "Why this lane",
  intent: "Intent",
  confidence: "Confidence",
  closeCall: "close call",
  outcome: "Outcome",
  outcomes: { clarify: "asked which was meant", out_of_scope: "none of our business", unsure: "unsure" },
  outOfScope: "Out of scope",
  clarify: "Asked between",
  also: "Also asked",
  lanes: "All lanes",
  outOfScope: "none of them",
  chain: "Who decided",
  decided: "decided",
  passed: "passed",
  nearest: "Nearest examples",
  attempt: (count) => `attempt ${count}`,
  notDelivered: "This answer was not delivered.",
  turnFailed: "This message was not answered. Send it again, or ask for a person.",
  turnCancelled: "Stopped before it was answered.",
  gone: "This conversation has ended: it was not found, or nobody wrote for too long.",
  goneHint: "What was said stays readable here until you leave. Start a new conversation to go on.",
  failures: {
    unreachable: ["The server can't be reached.", "Check the connection, then try again. Nothing is sent twice."],
    unreadable: ["The server gave an answer that can't be read.", "Try again in a moment. Nothing is sent twice."],
    session_not_found: ["This conversation has ended.", "Start a new one and send it there."],
  },
};

const ES = {
  language: "es",
  connection: { connecting: "Conectando", live: "En línea", reconnecting: "Reconectando", offline: "Sin conexión", ended: "Terminada" },
  fresh: "Nueva conversación",
  conversation: "Conversación",
  emptyTitle: "Pregunta lo que se pregunta en una tienda",
  emptyText: "Productos, precios, pedidos, envíos y devoluciones: escribe como se lo dirías a la tienda.",
  message: "Mensaje",
  placeholder: "Escribe un mensaje",
  send: "Enviar",
  hint: "Intro envía, Mayús+Intro abre otra línea",
  sending: "Enviando",
  waiting: "Esperando su turno",
  notSent: "No enviado.",
  again: "Reintentar",
  discard: "Descartar",
  sentLater: "Reintenta, o déjalo: se envía en cuanto esta página vuelva a conectarse, y nunca dos veces.",
  count: (length, limit) => `${length} de ${limit} caracteres`,
  tooLong: (length, limit) => `${length} de ${limit} caracteres: demasiado largo`,
  you: "Tú",
  assistant: "Asistente",
  source: "Fuente",
  answerChoices: "Respuestas sugeridas",
  progress: "Progreso",
  nodes: {
    build_turn: "Leyendo tu mensaje", route_intent: "Eligiendo quién responde", compose: "Escribiendo", send_response: "Enviando",
  },
  lane: (name) => (name === "handoff" ? "Pasando a una persona" : name ? `Responde ${name}` : "Respondiendo"),
  states: { waiting: "pendiente", running: "en curso", done: "hecho", error: "falló", paused: "espera una respuesta" },
  steps: (count) => `${count} pasos`,
  path: "Pasos",
  why: "Por qué este carril",
  intent: "Intención",
  confidence: "Confianza",
  closeCall: "por poco",
  outcome: "Resultado",
  outcomes: { clarify: "se preguntó cuál de las dos", out_of_scope: "no es asunto nuestro", unsure: "sin certeza" },
  outOfScope: "Fuera de tema",
  clarify: "Duda entre",
  also: "También pregunta",
  lanes: "Todos los carriles",
  outOfScope: "ninguno",
  chain: "Quién decidió",
  decided: "decidió",
  passed: "pasó",
  nearest: "Ejemplos más cercanos",
  attempt: (count) => `intento ${count}`,
  notDelivered: "Esta respuesta no se entregó.",
  turnFailed: "Este mensaje quedó sin respuesta. Envíalo otra vez o pide hablar con una persona.",
  turnCancelled: "Se detuvo antes de responder.",
  gone: "Esta conversación ha terminado: no existe, o nadie escribió en mucho tiempo.",
  goneHint: "Lo dicho se puede leer aquí hasta que salgas. Empieza una conversación nueva para seguir.",
  failures: {
    unreachable: ["No se puede contactar con el servidor.", "Revisa la conexión y reintenta. Nada se envía dos veces."],
    unreadable: ["La respuesta del servidor no se entiende.", "Reintenta en un momento. Nada se envía dos veces."],
    session_not_found: ["Esta conversación ha terminado.", "Empieza una nueva y envíalo allí."],
    inbox_full: ["Hay demasiados mensajes esperando respuesta.", "Reintenta cuando llegue una respuesta."],
    store_unavailable: ["El almacén no está disponible.", "No se aceptó nada; reintenta en un momento."],
    invalid_input: ["El mensaje no se puede leer.", "Cámbialo y envíalo de nuevo."],
    too_large: ["El mensaje es demasiado grande.", "Acórtalo y envíalo de nuevo."],
    internal: ["Algo falló en el servidor; no se perdió nada tuyo.", "Reintenta en un momento."],
  },
};

export const words = navigator.language.toLowerCase().startsWith("es") ? ES : EN;

export const LANES = ["info", "commerce", "support", "handoff"];
export const EXAMPLES = ["Hola, ¿a qué hora abren?", "I want to return the kettle, it arrived broken"];

export function explain(failure) {
  const [message, hint] = words.failures[failure.code] ?? [failure.message, failure.hint];
  return { message, hint };
}

export function milliseconds(ms) {
  if (ms == null) return "";
  if (ms >= 1000) return `${number(ms / 1000, 2)} s`;
  return `${ms < 0.1 ? `< ${number(0.1, 1)}` : number(ms, ms < 10 ? 1 : 0)} ms`;
}

export function number(value, digits) {
  return value.toLocaleString(words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(share) {
  return share.toLocaleString(words.language, { style: "percent", maximumFractionDigits: 0 });
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
