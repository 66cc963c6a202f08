"""In-memory twins of ports, and builders of what they are given."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nodes.ports import LocalScores, RouteRequest
from nodes.routers.encoder import Floats
from nodes.routers.encoding import Layer
from nodes.routers.ngrams import hashed_rows
from prompts.tenant import Tenant
from state.decision import Lane
from state.ids import MessageId, TurnId
from state.turn import Part, TextPart, Turn, plain_text

_INTENTS: list[dict[str, Any]] = [
    {
        "name": "opening_hours",
        "lane": "info",
        "answer": {"action": "hours"},
        "words": {"es": ["a qué hora abren"], "en": ["opening hours"]},
        "examples": {
            "es": ["¿Cuál es el horario?", "¿Abrís los domingos?", "a qué hora cerráis hoy", "¿Estáis abiertos?"],
            "en": ["When are you open?", "are you open on Sunday", "what time do you close", "opening times please"],
        },
    },
    {
        "name": "greeting",
        "lane": "info",
        "answer": {"text": "greeting"},
        "examples": {
            "es": ["hola", "buenos días", "buenas tardes", "hola, ¿qué tal?"],
            "en": ["hello", "good morning", "hi there", "hey"],
        },
    },
    {
        "name": "product_search",
        "lane": "commerce",
        "answer": {"action": "product_search"},
        "sticky": True,
        "examples": {
            "es": ["busco una tetera", "¿qué cafeteras tenéis?", "quiero ver hervidores", "¿vendéis molinillos?"],
            "en": ["I'm looking for a teapot", "what kettles do you have", "show me coffee makers", "kettles"],
        },
    },
    {
        "name": "product_price",
        "lane": "commerce",
        "answer": {"action": "product_price"},
        "sticky": True,
        "examples": {
            "es": ["¿cuánto cuesta la tetera?", "precio del hervidor", "¿qué vale la cafetera?", "¿cuánto es?"],
            "en": ["how much is the kettle", "price of the teapot", "what does the grinder cost", "how much is it"],
        },
    },
    {
        "name": "return_item",
        "lane": "support",
        "answer": {"action": "return_item"},
        "sticky": True,
        "words": {"es": ["quiero devolver"], "en": ["i want to return"]},
        "examples": {
            "es": ["la tetera llegó rota", "quiero hacer una devolución", "no funciona", "está roto y lo devuelvo"],
            "en": ["the kettle arrived broken", "I need to send it back", "it does not work", "return my order"],
        },
    },
    {
        "name": "talk_to_person",
        "lane": "handoff",
        "answer": {"action": "talk_to_person"},
        "words": {"es": ["hablar con una persona"], "en": ["talk to a person"]},
        "examples": {
            "es": ["pásame con un agente", "quiero un humano", "¿puedo hablar con alguien?"],
            "en": ["give me a human", "can I speak to an agent", "a real person please"],
        },
    },
    {
        "name": "back_to_bot",
        "lane": "handoff",
        "answer": {"action": "end_handoff"},
        "words": {"es": ["volver al asistente"], "en": ["back to the assistant"]},
        "examples": {
            "es": ["ya no necesito a una persona", "sigo con el bot", "volver al asistente"],
            "en": ["I don't need a person any more", "continue with the bot", "back to the assistant"],
        },
    },
]


def shop() -> Tenant:
    """Return a small shop in two languages with two products."""
    return Tenant.model_validate(
        {
            "id": "shop",
            "folder": Path("shop"),
            "profile": {
                "name": "Shop",
                "locales": ["es", "en"],
                "timezone": "Europe/Madrid",
                "currency": "EUR",
                "contact": {"phone": "1", "email": "a@shop.example", "address": "Calle 1"},
                "tone": {"es": "Claro.", "en": "Plain."},
            },
            "lanes": [],
            "intents": [{"description": {"en": one["name"]}, **one} for one in _INTENTS],
            "texts": {"es": {}, "en": {}},
            "hours": {"week": {}},
            "categories": [],
            "products": [_product("TE-1", "tetera", "teapot"), _product("KE-1", "hervidor", "kettle")],
            "pages": [],
        }
    )


def _product(sku: str, es: str, en: str) -> dict[str, Any]:
    names = {"es": es, "en": en}
    return {"sku": sku, "name": names, "summary": names, "category": "tea", "price_minor": 2500, "stock": 3}


def said(
    text: str = "", *, parts: list[Part] | None = None, locale: str = "es", lane: Lane | None = None, **changes: Any
) -> Turn:
    """Return one turn."""
    given: list[Part] = parts if parts is not None else [TextPart(text)]
    turn = Turn(TurnId("t"), MessageId("m"), 0, given, text or plain_text(given), locale, lane=lane)
    return replace(turn, **changes)


def asking(
    turn: Turn, *before: Turn, lane: Lane | None = None, handoff: bool = False, awaiting: str | None = None
) -> RouteRequest:
    """Return the request to route `turn`, which follows `before`."""
    return RouteRequest([*before, turn], current_lane=lane, handoff_open=handoff, awaiting=awaiting)


class ScriptedClassifier:
    """Gives every text the scores it is made with; the intents not named share what is left."""

    def __init__(self, out_of_scope: float = 0.0, **intents: float) -> None:
        names = [one["name"] for one in _INTENTS]
        rest = (1.0 - sum(intents.values())) / max(len(names) - len(intents), 1)
        shares = {name: intents.get(name, rest) for name in names}
        self._scores = LocalScores(
            intents=dict(sorted(shares.items(), key=lambda one: -one[1])),
            similarity=1.0 - out_of_scope,
            nearest=[],
            out_of_scope=out_of_scope,
        )

    def scores(self, text: str, locale: str) -> LocalScores:
        return self._scores


class HashingEncoder:
    """An encoder without a model: n-grams folded to 64 columns; counts its calls."""

    name = "hashing"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str], layer: Layer = "sentence") -> Floats:
        self.encoded += len(texts)
        rows = hashed_rows(list(texts)).reshape(len(texts), 64, 64).sum(axis=1) + np.float32(1e-3)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
