"""Ports of loopback to give to servers that can't choose one themselves."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Final

FIRST, LAST = 12_000, 32_000
"""Below those that the system gives to connections and to servers that choose: none of these takes one of ours."""

_SHARE: Final = 500
_tried: Final = count()


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on, different ones each time, from a part that is this process's own."""
    with ExitStack() as stack:
        return [stack.enter_context(one).getsockname()[1] for _, one in zip(range(number), _bound(), strict=False)]


def _bound() -> Iterator[socket.socket]:
    start = FIRST + os.getpid() * _SHARE % (LAST - FIRST)
    for tried in _tried:
        one = socket.socket()
        try:
            one.bind(("127.0.0.1", start + tried % _SHARE))
        except OSError:
            one.close()
        else:
            yield one
