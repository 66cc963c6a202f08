"""The simulator's own checks: what Meta refuses it refuses, and no body makes it fail."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.channels.whatsapp import outbound
from server.channels.whatsapp.outbound import Address, Body, Row
from server.channels.whatsapp.simulator.graph import GraphError
from server.channels.whatsapp.simulator.rules import check
from state.conversation import Choice

TO = Address("34600111222", opaque="out_1", reply_to="wamid.9")


def changed(body: Body, *path: Any, to: Any) -> Body:
    copy: Any = dict(body)
    place = copy
    for key in path[:-1]:
        place[key] = list(place[key]) if isinstance(place[key], list) else dict(place[key])
        place = place[key]
    place[path[-1]] = to
    return dict(copy)


TEXT = outbound.text(TO, "x")
BUTTONS = outbound.buttons(TO, "x", [Choice("a", "A"), Choice("b", "B")])
LIST = outbound.rows(TO, "x", [Row("a", "A")], menu="Ver")
IMAGE = outbound.media(TO, "image", media_id="7", caption="x")
PLACE = outbound.location(TO, 40.4, -3.7, name="x")
FIRST = ("interactive", "action", "buttons", 0, "reply")
ROW = ("interactive", "action", "sections", 0, "rows")
WRONG = [
    (changed(TEXT, "text", "body", to="x" * 4097), 100),
    (changed(TEXT, "text", "body", to=""), 131008),
    (changed(TEXT, "type", to="hologram"), 100),
    (changed(TEXT, "messaging_product", to="x"), 100),
    (changed(TEXT, "to", to=""), 131008),
    (changed(TEXT, "biz_opaque_callback_data", to="x" * 513), 100),
    (changed(BUTTONS, "interactive", "body", to={"text": "x" * 1025}), 100),
    (changed(BUTTONS, "interactive", "footer", to={"text": "x" * 61}), 100),
    (changed(BUTTONS, "interactive", "header", to={"type": "text", "text": "x" * 61}), 100),
    (changed(BUTTONS, *FIRST, "title", to="x" * 21), 100),
    (changed(BUTTONS, *FIRST, "title", to="B"), 131009),
    (changed(BUTTONS, *FIRST, "id", to="b"), 131009),
    (changed(BUTTONS, *FIRST, "id", to="a "), 131009),
    (changed(BUTTONS, *FIRST, "id", to="x" * 257), 100),
    (changed(BUTTONS, "interactive", "action", "buttons", to=[]), 131009),
    (changed(LIST, "interactive", "action", "button", to="x" * 21), 100),
    (changed(LIST, *ROW, to=[{"id": str(n), "title": "A"} for n in range(11)]), 131009),
    (changed(LIST, *ROW, to=[{"id": "1", "title": "A"}] * 2), 131009),
    (changed(LIST, *ROW, 0, "title", to="x" * 25), 100),
    (changed(LIST, *ROW, 0, "id", to="x" * 201), 100),
    (changed(LIST, *ROW, 0, "description", to="x" * 73), 100),
]


@pytest.mark.parametrize(("body", "code"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_what_breaks_a_limit_is_refused_with_metas_code(body: Body, code: int) -> None:
    with pytest.raises(GraphError) as refused:
        check(body)

    assert (refused.value.code, refused.value.status) == (code, 400)


scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([TEXT, BUTTONS, LIST, IMAGE, PLACE]), st.data())
def test_no_body_however_odd_breaks_the_simulator(shape: Body, data: st.DataObject) -> None:
    body: Any = json.loads(json.dumps(shape))
    place = body
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(scraps)

    with suppress(GraphError):
        check(body)
