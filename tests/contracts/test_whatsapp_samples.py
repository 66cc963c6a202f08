"""Our shapes beside Meta's own examples, in the folder that LANEWAY_TEST_WHATSAPP names; without it, no test."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.channels.whatsapp import outbound
from server.channels.whatsapp.outbound import Address, Body, Row
from server.channels.whatsapp.refusals import kind_of, refusal
from server.channels.whatsapp.simulator.rules import check
from state.conversation import Choice

FOLDER = Path(os.environ.get("LANEWAY_TEST_WHATSAPP") or "/nowhere")
EXAMPLES = sorted(FOLDER.rglob("*__facebook-openapi__*.json"))
ERRORS = sorted(FOLDER.rglob("grapherror-*.json"))
__test__ = bool(EXAMPLES and ERRORS)
TO = Address("34600111222", reply_to="wamid.1")
BARE = Address("34600111222")

SHAPES: dict[str, list[Body]] = {
    "text": [outbound.text(TO, "x")],
    "interactive button": [outbound.buttons(BARE, "x", [Choice("a", "A")])],
    "interactive list": [outbound.rows(TO, "x", [Row("a", "A", "B")], menu="Ver", header="x", footer="x")],
    "image": [outbound.media(TO, "image", media_id="1"), outbound.media(TO, "image", link="https://a.test")],
    "audio": [outbound.media(TO, "audio", media_id="1"), outbound.media(TO, "audio", link="https://a.test")],
    "video": [outbound.media(TO, "video", media_id="1", caption="x")],
    "sticker": [outbound.media(TO, "sticker", media_id="1"), outbound.media(TO, "sticker", link="https://a.test")],
    "document": [outbound.media(TO, "document", media_id="1", caption="x", filename="f.pdf")],
    "template": [outbound.template(BARE, "n", "es", [{"type": "body", "parameters": [{"type": "text", "text": "x"}]}])],
    "reaction": [outbound.reaction(BARE, "wamid.1", "👍")],
    "location": [outbound.location(TO, 1.0, 2.0, name="x", place="y")],
}


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def kind(body: dict[str, Any]) -> str:
    if "interactive" in body:
        return f"interactive {body['interactive']['type']}"
    return str(body.get("type", "text"))


def fields(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield f"{path}.{key}"
            yield from fields(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from fields(part, f"{path}[]")


OFFICIAL = [(path, read(path)) for path in EXAMPLES]
SENT = [(path, body) for path, body in OFFICIAL if kind(body) in SHAPES and "status" not in body]
WHOLE = [(path, body) for path, body in SENT if "type" in body or "text" in body]
KINDS = sorted({kind(body) for _, body in SENT})


@pytest.mark.parametrize("name", KINDS)
def test_our_shape_has_only_fields_of_the_official_examples(name: str) -> None:
    official = {field for _, body in SENT if kind(body) == name for field in fields(body)}

    for shape in SHAPES[name]:
        assert set(fields(shape)) <= official


@pytest.mark.parametrize(("path", "body"), WHOLE, ids=[path.stem for path, _ in WHOLE])
def test_the_simulator_takes_the_official_example(path: Path, body: dict[str, Any]) -> None:
    assert check(body) == kind(body).partition(" ")[0]


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_a_published_error_is_told_by_its_code(path: Path) -> None:
    code = int(path.stem.removeprefix("grapherror-").partition("__")[0])

    error = refusal(400, {}, path.read_bytes(), sends=True)

    assert (error.error_code, error.kind) == (code, kind_of(code))
    assert error.kind != "ambiguous"
