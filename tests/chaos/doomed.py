"""A forked worker that may die on its own, and surely does at the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import ParamSpec

from tests.forked import fork_server
from tests.waiting import SOON_S

Given = ParamSpec("Given")


@contextmanager
def doomed(main: Callable[Given, None], *args: Given.args, **named: Given.kwargs) -> Iterator[BaseProcess]:
    """Run `main` in a process of its own; it is killed at the end if it still lives."""
    process = fork_server().Process(target=main, args=args, kwargs=named, daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(SOON_S)
