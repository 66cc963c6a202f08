"""What nodes do to the outside world, by name and by what it means to do it twice.

It is here and not in `nodes/` because the stores keep it, plans and tools declare it, and neither may import the other.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s, sha256
from typing import Final, Self

import orjson
from pydantic import JsonValue

from state.errors import EffectNotFoundError
from state.ids import SessionId, TurnId

RESULT_BYTES: Final = 256 * 1024
"""The largest result that is kept, as JSON: a long model answer is a tenth of it."""


_NAME: Final = re.compile(r"([^:]+):(.+):([0-9]{1,9})")


class SideEffect(StrEnum):
    """What doing something twice means.

    Attributes:
        PURE: nothing changes outside; it is not recorded.
        IDEMPOTENT: the other side knows the idempotency key, or a second time costs only money; it may be repeated.
        IRREVERSIBLE: a second time is a second order; in doubt it is not done.
    """

    PURE = "pure"
    IDEMPOTENT = "idempotent"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, slots=True)
class EffectName:
    """The place of an effect in its turn: the node's `ordinal`-th, from 0, the same whenever the node runs again."""

    turn: TurnId
    node: str
    ordinal: int = 0

    def __str__(self) -> str:
        return f"{self.turn}:{self.node}:{self.ordinal}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name that `str()` made `text` of; raises `EffectNotFoundError` for any other text."""
        found = _NAME.fullmatch(text)
        if found is None:
            raise EffectNotFoundError(text)
        return cls(TurnId(found[1]), found[2], int(found[3]))


@dataclass(frozen=True, slots=True)
class Holder:
    """A session and the fencing token under which a worker holds it."""

    session: SessionId
    fence: int


@dataclass(frozen=True, slots=True)
class Begun:
    """The intent is recorded: make the call, then end it under this `call` id."""

    call: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """It was done before; `result` is its JSON, or the reason why that was not kept."""

    result: bytes
    kept: bool = True


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It was begun before, nobody knows whether it was done, and it must not be done twice."""


@dataclass(frozen=True, slots=True)
class AmbiguousEffect:
    """An effect that may or may not have happened; `since` is ms since 1970 UTC, `tries` counts calls begun."""

    session: SessionId
    name: EffectName
    effect: SideEffect
    since: int
    tries: int

    @property
    def key(self) -> str:
        """The idempotency key to ask the other side about."""
        return idempotency_key(self.session, self.name)


def idempotency_key(session: SessionId, name: EffectName) -> str:
    """Return `eff_` and 32 hexadecimal digits, the same for one effect for ever (BLAKE2s of its place)."""
    place = orjson.dumps([session, name.turn, name.node, name.ordinal])
    return f"eff_{blake2s(place, digest_size=16).hexdigest()}"


def encode_result(result: JsonValue) -> Recorded:
    """Return `result` as it is kept; not kept is what isn't JSON or is larger than `RESULT_BYTES`."""
    try:
        data = orjson.dumps(result)
    except orjson.JSONEncodeError as error:
        return Recorded(f"it is not JSON: {error}".encode("utf-8", "replace"), kept=False)
    if len(data) > RESULT_BYTES:
        digest = sha256(data).hexdigest()
        return Recorded(f"it has {len(data):,} bytes, {RESULT_BYTES:,} are kept; sha256 {digest}".encode(), kept=False)
    return Recorded(data)
