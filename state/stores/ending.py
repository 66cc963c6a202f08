"""End a background task for certain."""

import asyncio
from typing import Any, Final

_AGAIN_AFTER_S: Final = 0.1


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel a task until it has ended.

    One `cancel()` is not enough on Python 3.11: redis-py waits in `asyncio.wait_for`, which swallows a cancellation
    that meets a finished wait (python/cpython#86296), and the task goes on as if nothing had happened.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_AFTER_S)
