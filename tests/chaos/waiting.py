"""Wait for something that happens in another process."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], bool], within_s: float) -> None:
    """Wait until something holds; raises `TimeoutError`."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 # no event of ours tells when another process is there
            await asyncio.sleep(0.02)
