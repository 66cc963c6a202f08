"""Whatever JSON comes: nothing raises, nothing is lost, and every part can be stored."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.channels.whatsapp import Echo, IdentityChange, IncomingMessage, Item
from server.channels.whatsapp.envelope import LISTS, decoded, read
from state.stores.serde import state_serializer
from state.turn import UnsupportedPart
from tests.unit.test_whatsapp_parse_messages import CASES
from tests.whatsapp import PHONE, USER, Json, change, document, message, messages, status

FOLDER = os.environ.get("LANEWAY_TEST_WHATSAPP")
SAMPLES = {path.name: path.read_bytes() for path in sorted(Path(FOLDER).rglob("*.json"))} if FOLDER else {}
DOCUMENTS = {name: orjson.dumps(messages(made)) for name, (made, _) in CASES.items()} | SAMPLES

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "true", "-1", "1e400", "NaN", PHONE, USER, "1750091045"]),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)
FIELDS = [
    "messages",
    "smb_message_echoes",
    "user_preferences",
    "user_id_update",
    "history",
    "calls",
    "new",
    "",
    None,
    7,
]
KNOWN: list[Json] = [made for made, _ in CASES.values()] + [
    status(pricing={"category": "x"}, errors=[{"code": 1, "error_data": {"details": "d"}}]),
    {"wa_id": PHONE, "user_id": {"previous": USER, "current": USER}, "parent_user_id": {}, "value": "stop"},
    message("system", system={"type": "user_changed_number", "wa_id": "1"}),
    message("text", context={"referred_product": {"product_retailer_id": "A"}}, referral={"source_type": "ad"}),
]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A known element in which anything at any depth was replaced, dropped or added."""
    made = orjson.loads(orjson.dumps(draw(st.sampled_from(KNOWN))))
    for _ in range(draw(st.integers(0, 3))):
        place = made
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = place[key]
    return made


@st.composite
def documents(draw: st.DrawFn) -> Json:
    def some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(one, max_size=3)

    elements = some(spoilt() | JSON)
    value = st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(sorted(LISTS), elements | JSON),
            "metadata": JSON,
            "contacts": elements | JSON,
            "extra": JSON,
        },
    )
    changed = st.fixed_dictionaries({"field": st.sampled_from(FIELDS), "value": value | JSON}) | JSON
    entry = st.fixed_dictionaries({"id": JSON, "changes": some(changed) | JSON}) | JSON
    return {"object": "whatsapp_business_account", "entry": draw(some(entry) | JSON)}


def elements_of(made: Any) -> list[Any]:
    """Return all that must be found again: the elements of known lists, else the smallest thing around them."""
    entries = made["entry"] if isinstance(made["entry"], list) and made["entry"] else None
    if entries is None:
        return [made]
    found: list[Any] = []
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list) or not changes:
            found.append(entry)
            continue
        for one in changes:
            value = one.get("value") if isinstance(one, dict) else None
            lists = [value[name] for name in value if name in LISTS] if isinstance(value, dict) else []
            listed = [element for elements in lists if isinstance(elements, list) for element in elements]
            found += listed or [value if isinstance(value, dict) else one]
    return found


def storable(found: list[Item]) -> None:
    for item in found:
        if isinstance(item, IncomingMessage | Echo):
            assert item.parts
            serde = state_serializer()
            assert serde.loads_typed(serde.dumps_typed(item.parts)) == item.parts


@given(documents())
@example(document(change(messages=[{"type": "text", "from": 1, "id": True}])))
def test_every_element_is_found_in_an_item(made: Json) -> None:
    found = read(made)

    kept = Counter(id(item.raw) for item in found)
    assert [element for element in elements_of(made) if not kept[id(element)]] == []
    assert len(found) >= len(elements_of(made))


@given(documents())
def test_what_comes_as_bytes_can_be_stored(made: Json) -> None:
    storable(read(json.dumps(made).encode()))


@given(JSON)
def test_any_json_gives_an_item(made: Any) -> None:
    assert read(made)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_item(body: bytes) -> None:
    assert read(body)


@given(spoilt() | JSON, st.sampled_from(FIELDS), st.sampled_from(sorted(LISTS)))
def test_an_element_of_any_shape_is_one_item(made: Any, field: Any, name: str) -> None:
    body = json.dumps(document({"field": field, "value": {name: [made]}})).encode()

    found = read(body)

    assert [item.raw for item in found] == elements_of(decoded(body))
    storable(found)


@given(spoilt())
def test_a_message_with_an_id_and_a_sender_is_never_put_aside(made: Any) -> None:
    [found] = read(messages(made | {"id": "wamid.A", "from": PHONE}))

    assert isinstance(found, IncomingMessage | IdentityChange)


@pytest.mark.parametrize(
    "made",
    [
        message("interactive", interactive={"nfm_reply": {"response_json": "DEEP"}}),
        message("edit", edit={"original_message_id": "wamid.B", "message": "DEEP"}),
        message("text", text={"body": "DEEP"}),
    ],
    ids=lambda made: made["type"],
)
def test_a_message_as_deep_as_json_goes_is_one(made: Json) -> None:
    deep = b'{"a":' * 1005 + b"1" + b"}" * 1005

    [found] = read(orjson.dumps(messages(made)).replace(b'"DEEP"', deep))

    assert isinstance(found, IncomingMessage)
    assert isinstance(found.parts[-1], UnsupportedPart)


@pytest.mark.parametrize("body", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_read_whole(body: bytes) -> None:
    found, made = read(body), orjson.loads(body)

    assert [item.raw for item in found] == elements_of(made)
    storable(found)
