"""What Ctrl-C and SIGTERM do: the first ends in order, the second at once."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_BOTH: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` at the first signal and kill the process at the second: what it held is taken over like a crash's."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        for one in _BOTH:
            loop.add_signal_handler(one, os._exit, 1)
        end()

    for one in _BOTH:
        loop.add_signal_handler(one, first)
    yield
