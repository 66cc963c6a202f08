"""One look at a process over HTTP, as a client or an orchestrator takes it."""

import asyncio
import time

import httpx2

from tests.chaos.load import Load
from tests.waiting import SOON_S, given


async def probed(load: Load, path: str, place: int = 0, within_s: float = SOON_S) -> httpx2.Response:
    """GET a path of a place."""
    async with httpx2.AsyncClient(timeout=within_s, verify=False) as http:
        return await http.get(load.fleet.url(place) + path)


async def offered(load: Load, session: str, key: str) -> httpx2.Response:
    """Write to a session at the first place, once; what it is answered goes into no history."""
    async with httpx2.AsyncClient(timeout=SOON_S, verify=False) as http:
        url = f"{load.fleet.url(0)}/v1/sessions/{session}/messages"
        return await http.post(url, json={"text": "hola"}, headers={"Idempotency-Key": key})


async def until_ready(load: Load, place: int = 0) -> float:
    """Wait until a place says that it is ready, and tell how long that took."""
    began = time.monotonic()
    await given(lambda: probed(load, "/readyz", place), lambda answer: answer.status_code == 200)
    return time.monotonic() - began


async def waited(load: Load) -> list[float]:
    """Return how long each turn took from its acceptance to its end, by the server's clock, in order of acceptance."""
    took: list[tuple[float, float]] = []
    for rows in await asyncio.gather(*(load.log(session) for session in load.sessions)):
        ended = [row for row in rows if row["type"] == "turn.end"]
        took += [(row["at"] - row["ms"] - row["queued_ms"], row["ms"] + row["queued_ms"]) for row in ended]
    return [ms / 1000 for _, ms in sorted(took)]


def p99(numbers: list[float]) -> float:
    return sorted(numbers)[max(int(len(numbers) * 0.99) - 1, 0)]
