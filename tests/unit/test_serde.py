import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command, Interrupt, Overwrite, Send
from pydantic import BaseModel, Field

from state.conversation import CartLine, OutboundMessage, Reply, Source
from state.decision import AlsoAsked, Candidate, NearestExample, RouterDecision, Stage
from state.errors import InvalidStateError, SettingsError
from state.ids import MessageId, TurnId
from state.stores.keyring import KeyRing
from state.stores.serde import STATE_TYPES, StateSerializer, state_serializer, strict
from state.turn import TextPart, Turn
from tests.contracts.ciphers import Shift


class Colour(Enum):
    RED = "red"


class Parcel(BaseModel):
    weight: Decimal
    parts: "list[Parcel]" = []


class Forgetful(BaseModel):
    kept: int
    lost: int = Field(default=0, exclude=True)


@dataclass
class Counted:
    count: int
    double: int = field(init=False, default=0)


class Unlisted(Enum):
    ONE = 1


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


TURN = Turn(TurnId("t"), MessageId("m"), 1, [TextPart("hola")], "hola", "es")
DECISION = RouterDecision(
    "info",
    "hours",
    0.9,
    {"info": 0.9},
    "so",
    chain=[Stage("rules", False, "no")],
    nearest=[NearestExample("a", "b", "info", 0.5)],
    outcome="clarify",
    clarify=[Candidate("info", "hours", 0.5), Candidate("support", "return_item", 0.4)],
    also=[AlsoAsked("commerce", "product_price", "how much is it", 0.9)],
)
ENVELOPES: list[dict[str, Any]] = [
    {"lc": 2, "type": "constructor", "id": ["os", "system"], "args": ["true"]},
    {"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "HumanMessage"], "kwargs": {"content": "x"}},
    {"lc": 1, "type": "secret", "id": ["HOME"]},
    {"__send__": ["node", {}]},
    {"__type__": "Decimal", "value": "1"},
]
VALUES: list[Any] = [
    Decimal("99.95"),
    UUID(int=7),
    datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    datetime(2026, 1, 2),  # noqa: DTZ001 - on purpose
    date(2026, 1, 2),
    timedelta(microseconds=1),
    Colour.RED,
    Parcel(weight=Decimal("0.10"), parts=[Parcel(weight=Decimal(1))]),
    b"\xff\x00",
    2**64 - 1,
    -(2**63),
    math.inf,
    -math.inf,
    -0.0,
    {1: "a", "1": "b", 1.5: "c", b"k": "d", None: "e", (1, "a"): 1},
    {1, 2},
    frozenset({"a"}),
    nested(200),
    "x" * 4_000_000,
    "señor 👋",
    [TURN, TURN],
    {"deep": [DECISION]},
    [CartLine("s", "n", 1, 100, "EUR")],
    Reply("r", [Source("page", "a", "b")]),
    [OutboundMessage("a")],
    HumanMessage("hi", id="1"),
    AIMessage("yes", tool_calls=[{"name": "f", "args": {"lc": 1}, "id": "1", "type": "tool_call"}]),
    [Send("node", {"turn": TURN})],
    Overwrite([TURN]),
    Interrupt(value={"ask": DECISION}, id="1"),
    Command(resume=Decimal(1), goto=[]),
    *ENVELOPES,
]
REFUSED: dict[str, Any] = {
    "an enum that is not listed": Unlisted.ONE,
    "an integer above 64 bits": 2**64,
    "an integer below 64 bits": -(2**63) - 1,
    "an enum as a key": {Colour.RED: 1},
    "a UUID as a key": {UUID(int=1): 1},
    "a date as a key": {date(2026, 1, 1): 1},
    "500 levels": nested(500),
    "half a surrogate pair": "\ud800",
    "half a surrogate pair in a key": {"a\udfff": 1},
    "a model that hides a field": Forgetful(kept=1, lost=2),
    "a dataclass with a computed field": Counted(1),
    "a function": len,
    "a complex number": [1j],
    "an object": {"a": object()},
}


@pytest.fixture
def serde() -> StateSerializer:
    return state_serializer([Colour, Parcel, Forgetful, Counted])


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(serde: StateSerializer, value: Any) -> None:
    back = serde.loads_typed(serde.dumps_typed(value))

    assert back == value
    assert type(back) is type(value)


def test_not_a_number_comes_back_as_such(serde: StateSerializer) -> None:
    assert math.isnan(serde.loads_typed(serde.dumps_typed({"x": math.nan}))["x"])


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_lost_or_changed_is_refused(serde: StateSerializer, value: Any) -> None:
    with pytest.raises(InvalidStateError, match="can't be kept in the state"):
        serde.dumps_typed(value)


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_a_dict_that_looks_like_an_envelope_stays_a_dict(
    serde: StateSerializer, envelope: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert serde.loads_typed(serde.dumps_typed([{"arguments": envelope}])) == [{"arguments": envelope}]
    assert not caplog.records


def test_a_type_that_is_not_listed_is_never_made() -> None:
    stored = JsonPlusSerializer(allowed_msgpack_modules=[Colour]).dumps_typed(Colour.RED)

    assert state_serializer().loads_typed(stored) == "red"


def test_the_state_types_hold_every_dataclass_of_the_state() -> None:
    assert {Turn, TextPart, RouterDecision, Stage, Reply, Source, CartLine} <= set(STATE_TYPES)


@pytest.mark.parametrize(
    "lax", [JsonPlusSerializer(allowed_msgpack_modules=True), JsonPlusSerializer(pickle_fallback=True)]
)
def test_a_serializer_that_makes_anything_is_turned_down(lax: JsonPlusSerializer) -> None:
    with pytest.raises(SettingsError, match="any importable type"):
        strict(EncryptedSerializer(Shift(1), lax))


def test_an_old_key_still_reads_what_it_wrote_after_a_rotation() -> None:
    def sealed(current: str, *keys: str) -> EncryptedSerializer:
        return EncryptedSerializer(KeyRing({key: Shift(int(key)) for key in keys}, current=current), state_serializer())

    old = sealed("1", "1").dumps_typed(TURN)
    new = sealed("2", "1", "2").dumps_typed(TURN)

    assert sealed("2", "1", "2").loads_typed(old) == TURN
    assert old[1] != new[1]
    with pytest.raises(KeyError):
        sealed("2", "2").loads_typed(old)
