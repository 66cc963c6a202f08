"""What an idle session takes of the store's memory, in all and by kind of key."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from redis import Redis

from benchmarks.scale.customers import Customer, Http
from benchmarks.turn import MESSAGES
from state.stores.checkpointer.saver import PREFIX
from state.stores.keys import PARTITIONS, of_partition

SESSIONS: Final = 50
TURNS: Final = 10
AT_ONCE: Final = 8
ARCHIVED_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes a session, by MEMORY USAGE of its keys: of all, and of each kind."""

    used: float
    kinds: dict[str, float]


async def memory(port: int, store: Redis) -> Memory:
    """Take so many sessions through ten turns each, let the archive have them, and measure."""
    store.flushall()
    numbers = iter(range(SESSIONS))
    await asyncio.gather(*(_sessions(port, numbers) for _ in range(AT_ONCE)))
    deadline = time.monotonic() + ARCHIVED_WITHIN_S
    while sum(store.zcard(of_partition(at, "unarchived")) for at in range(PARTITIONS)):
        if time.monotonic() > deadline:
            raise RuntimeError("the turns were not archived in time")
        await asyncio.sleep(0.2)
    kinds = {kind: size / SESSIONS for kind, size in _by_kind(store).most_common()}
    return Memory(sum(kinds.values()), kinds)


def kind_of(key: str) -> str:
    """Return what a key of a session holds, as a word for the table; "" for keys that are not a session's."""
    if key.startswith(f"{PREFIX}:{{"):
        return "checkpoints"
    parts = key.split(":")
    return parts[3] if key.startswith("lw:{") and len(parts) > 3 else ""


async def _sessions(port: int, numbers: Iterable[int]) -> None:
    async with Http.open(port) as http:
        for _ in numbers:
            async with Customer.meet(http, port) as customer:
                for text in itertools.islice(itertools.cycle(MESSAGES), TURNS):
                    await customer.ask(text)


def _by_kind(store: Redis) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for key in store.scan_iter(count=1000):
        if kind := kind_of(key.decode()):
            size: Any = store.memory_usage(key, samples=0)
            sizes[kind] += size or 0
    return sizes
