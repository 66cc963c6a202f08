"""Webhook documents of WhatsApp into typed items, on one core: as many as Meta puts into one POST, and one alone.

CPU time of the process, so that what else runs on the machine counts little; the best round of several. Beside it what
orjson takes to read the same bytes, which is the floor.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table

from server.channels.whatsapp import parse_webhook
from tests.whatsapp import change, contact, document, message, status

BATCH: Final = 1000
"""Updates that Meta puts into one POST at most."""
ROUNDS: Final = 7
AT_LEAST_S: Final = 0.3

_BODIES: Final[tuple[dict[str, Any], ...]] = (
    message("text", text={"body": "¿Tienen el hervidor azul? Lo necesito para el sábado."}),
    message("image", image={"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "SfIn", "caption": "así"}),
    message("audio", audio={"id": "1003383421387257", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
    message("interactive", interactive={"type": "button_reply", "button_reply": {"id": "intent:x", "title": "Sí"}}),
    message("location", location={"latitude": 40.4, "longitude": -3.7, "name": "Sol", "address": "Madrid"}),
    message("reaction", reaction={"message_id": "wamid.B", "emoji": "👍"}),
    message("order", order={"product_items": [{"product_retailer_id": "A", "quantity": 2, "item_price": 9.9}]}),
    message("hologram", hologram={}),
)


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Teach the command line this benchmark."""
    parser = subcommands.add_parser("whatsapp", help="WhatsApp webhooks read, half a minute", description=__doc__)
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Measure and print."""
    table = Table("", "bytes", "items a second", "µs an item", "orjson alone, µs", title_justify="left")
    table.title = "WhatsApp webhooks read on one core"
    for name, (body, items) in _documents().items():
        if len(parse_webhook(body).items) != items:
            raise RuntimeError(f"{name}: expected {items} items, got {len(parse_webhook(body).items)}")
        ours, floor = (_seconds(reads, body) / items for reads in (parse_webhook, orjson.loads))
        table.add_row(name, f"{len(body):,}", f"{1 / ours:,.0f}", f"{ours * 1e6:.1f}", f"{floor * 1e6:.1f}")
    Console().print(table)


def _documents() -> dict[str, tuple[bytes, int]]:
    texts = [_from(at, _BODIES[0]) for at in range(BATCH)]
    mixed = [_from(at, _BODIES[at % len(_BODIES)]) for at in range(BATCH)]
    statuses = [status(id=f"wamid.{at:040}", recipient_user_id=_user(at)) for at in range(BATCH)]
    contacts = [contact(wa_id=_phone(at), user_id=_user(at)) for at in range(BATCH)]
    return {
        "1,000 texts": (_body(messages=texts, contacts=contacts), BATCH),
        "1,000 messages of 8 types": (_body(messages=mixed, contacts=contacts), BATCH),
        "1,000 statuses": (_body(statuses=statuses), BATCH),
        "one text": (_body(messages=texts[:1], contacts=contacts[:1]), 1),
        "one status": (_body(statuses=statuses[:1]), 1),
    }


def _from(at: int, body: dict[str, Any]) -> dict[str, Any]:
    return body | {"from": _phone(at), "from_user_id": _user(at), "id": f"wamid.{at:040}"}


def _phone(at: int) -> str:
    return f"346{at:08}"


def _user(at: int) -> str:
    return f"ES.{at:020}"


def _body(**fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    return orjson.dumps(document(change(**fields)))


def _seconds(reads: Callable[[bytes], object], body: bytes) -> float:
    """Return the CPU seconds of one call, from the best of several rounds."""
    calls, best = 1, float("inf")
    while _timed(reads, body, calls) < AT_LEAST_S:
        calls *= 2
    for _ in range(ROUNDS):
        best = min(best, _timed(reads, body, calls) / calls)
    return best


def _timed(reads: Callable[[bytes], object], body: bytes, calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        reads(body)
    return time.process_time() - began
