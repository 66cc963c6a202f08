"""The demo shop in one process: real router, real graph, everything else in memory."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from nodes.ports import Ports
from server.app import ports_of
from server.settings import Settings
from tests.desk import SATURDAY_NOON, FixedClock, demo

_KEPT: Final = Path(__file__).parents[2] / ".pytest_cache" / "laneway"
"""What was trained is kept here, under names that say of which texts."""


@dataclass(frozen=True, slots=True)
class World:
    """What the graph's nodes are given; `counts` tells how many records there are, by kind."""

    ports: Ports
    counts: Mapping[str, Callable[[], Awaitable[int]]] = field(default_factory=dict)


@cache
def trained() -> Ports:
    """Return the demo shop's ports; what takes long is done once, and not on an event loop."""
    return ports_of(Settings.load(data_dir=_KEPT), demo())


async def open_world() -> World:
    """Return a shop in which nothing has happened, on a Saturday at noon."""
    return World(replace(trained(), clock=FixedClock(SATURDAY_NOON)))
