"""Wait for what must happen: looked at often, and given up late, for a machine may be ten times slower than ours."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

SOON_S = 120.0
"""How long anything that must happen may take before a test says that it did not."""

_OFTEN_S = 0.02

T = TypeVar("T")


async def until(true: Callable[[], object], within_s: float = SOON_S) -> None:
    """Wait until something holds; raises `TimeoutError`."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 # no event of ours tells when another process is there
            await asyncio.sleep(_OFTEN_S)


async def given(ask: Callable[[], Awaitable[T]], wanted: Callable[[T], object] = bool) -> T:
    """Ask until the answer is as wanted, and return it; fails with the last answer."""
    deadline = time.monotonic() + SOON_S
    while not wanted(found := await ask()):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(_OFTEN_S)
    return found


def eventually(look: Callable[[], Any], within_s: float = SOON_S) -> Any:
    """Return what `look` gives once it is true; fails with what it gave last."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(_OFTEN_S)
    return found
