"""What is kept for a time only, and let go by the sweep of the archivers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from state.errors import LanewayError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing, and what lets go those whose time is over; `forget` returns how many they were."""

    what: str
    forget: Callable[[], Awaitable[int]]


async def let_go(kinds: Sequence[Kept]) -> None:
    """Let everything go whose time is over; what fails is tried again with the next sweep."""
    for kind in kinds:
        try:
            gone = await kind.forget()
        except LanewayError as error:
            log.warning("retention.unavailable", what=kind.what, code=error.code, reason=error.message)
        else:
            if gone:
                log.info("retention.forgotten", what=kind.what, count=gone)
