"""Reads a webhook document of WhatsApp's Cloud API: whatever came signed is taken, and nothing of it is lost."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

import orjson

from server.channels.whatsapp.items import Item, Number, Other
from server.channels.whatsapp.people import People
from server.channels.whatsapp.readers import (
    Reader,
    Surroundings,
    read_echo,
    read_message,
    read_new_ids,
    read_preference,
    read_status,
)

OBJECT: Final = "whatsapp_business_account"

_READERS: Final[dict[tuple[str, str], Reader]] = {
    ("messages", "messages"): read_message,
    ("messages", "statuses"): read_status,
    ("smb_message_echoes", "message_echoes"): read_echo,
    ("user_preferences", "user_preferences"): read_preference,
    ("user_id_update", "user_id_update"): read_new_ids,
}
"""By field and list: `messages` under `history` or `standby` are old or another app's, and must not be answered."""

LISTS: Final = frozenset(
    "messages statuses errors user_actions groups message_echoes user_preferences user_id_update history calls "
    "state_sync".split()
)
"""The lists of a value whose elements are items of their own."""
_SHARED: Final = frozenset({"messaging_product", "metadata", "contacts"})


def read(document: object) -> list[Item]:
    """Return what `document` tells, in its order; `document` is the body as it came, or JSON that is already read."""
    found = decoded(bytes(document)) if isinstance(document, bytes | bytearray | memoryview) else document
    return list(_document(found))


def decoded(body: bytes) -> object:
    """Return the JSON in `body`, or its text if it is none.

    What orjson refuses and other writers produce is read too: half of a surrogate pair becomes a question mark, NaN and
    numbers beyond a double become text.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8-sig", "replace")
    try:
        loose = json.loads(text, strict=False, parse_constant=str, parse_float=_float)
        return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return text


def _float(digits: str) -> float | str:
    return number if math.isfinite(number := float(digits)) else digits


def _document(document: object) -> Iterator[Item]:
    nowhere = Number(None, None, None)
    kind = document.get("object", OBJECT) if isinstance(document, dict) else None
    entries = _list(document.get("entry")) if isinstance(document, dict) else []
    if kind != OBJECT or not entries:
        yield Other(nowhere, kind if isinstance(kind, str) and kind != OBJECT else "", document)
        return
    for entry in entries:
        changes = _list(entry.get("changes")) if isinstance(entry, dict) else []
        if not changes:
            yield Other(nowhere, "", entry)
        for change in changes:
            yield from _change(change, _text(entry.get("id")))


def _change(change: object, account: str | None) -> Iterator[Item]:
    given = change if isinstance(change, dict) else {}
    field, value = given.get("field", "messages" if "value" in given else ""), given.get("value")
    name = field if isinstance(field, str) else ""
    if not isinstance(value, dict):
        yield Other(Number(None, None, account), name, change)
        return
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    number = Number(_text(metadata.get("phone_number_id")), _text(metadata.get("display_phone_number")), account)
    yield from _value(name, value, number)


def _value(field: str, value: dict[str, Any], number: Number) -> Iterator[Item]:
    people = People(_list(value.get("contacts")), len(_list(value.get("messages"))), number.display)
    around = Surroundings(number, people)
    nothing, unread = True, False
    for key, elements in value.items():
        if key in LISTS and isinstance(elements, list):
            nothing = nothing and not elements
            yield from _elements(field, key, elements, around)
        else:
            unread = unread or key not in _SHARED
    if nothing or unread:
        yield Other(number, field, value)


def _elements(field: str, key: str, elements: list[Any], around: Surroundings) -> Iterator[Item]:
    reader = _READERS.get((field, key))
    for element in elements:
        item = reader(element, around) if reader and isinstance(element, dict) else None
        yield item or Other(around.number, field, element, key)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None
