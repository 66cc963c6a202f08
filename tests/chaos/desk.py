"""One customer at a store whose workers come and go: writes, and looks at what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from state.ids import MessageId, SessionId, TenantId, TurnId, new_session_id, new_turn_id
from state.mailbox import Accepted, Arrival
from state.session import Session
from state.stores.records.database import embedded_url, open_records
from state.stores.records.turn_archive import SqlTurnArchive
from state.turn import InboundMessage, TextPart
from tests.chaos.rig import Stores, stores
from tests.chaos.sweep import left_over
from tests.waiting import SOON_S, given

DEMO = TenantId("demo")


@dataclass
class Desk:
    """`second` is another process's way to the same store."""

    stores: Stores
    second: Stores
    url: str
    folder: Path
    session: SessionId
    numbers: "count[int]"

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, folder: Path) -> "AsyncIterator[Desk]":
        async with stores(url) as here, stores(url) as there:
            session = new_session_id()
            await here.sessions.create(Session(session, DEMO, "chat", created=1, updated=1))
            yield cls(here, there, url, folder, session, count(1))

    async def say(self, text: str, arrival: Arrival | None = None) -> Accepted:
        """Write, over one process and the other by turns."""
        number = next(self.numbers)
        name = MessageId(f"m{number}")
        message = InboundMessage(name, new_turn_id(), self.session, DEMO, "chat", [TextPart(text)], at=1)
        return await (self.stores if number % 2 else self.second).inbox.accept(message, arrival or Arrival())

    async def rows(self) -> list[dict[str, Any]]:
        return [orjson.loads(row.data) for row in await self.stores.log.read(self.session, limit=10_000)]

    async def seen(self, kind: str, number: int, within_s: float = SOON_S) -> list[dict[str, Any]]:
        """Wait for so many events of a type, and return every event."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            rows = await self.rows()
            if len([row for row in rows if row["type"] == kind]) >= number:
                return rows
            assert asyncio.get_running_loop().time() < deadline, [(row["type"], row.get("node")) for row in rows]
            await asyncio.sleep(0.02)

    async def ended(self, number: int, within_s: float = SOON_S) -> list[tuple[TurnId, str]]:
        """Wait until so many turns have ended; return each with its status, in order."""
        rows = await self.seen("turn.end", number, within_s)
        return [(TurnId(row["turn"]), row["status"]) for row in rows if row["type"] == "turn.end"]

    async def at_rest(self) -> None:
        """Check that nothing is left: nothing in the store, every turn told once and archived once."""
        assert await left_over(self.url, SOON_S) == []
        facts = await self.stores.sessions.get(self.session)
        assert facts is not None
        assert (facts.waiting, facts.status) in {(0, "idle"), (0, "failed")}
        rows = await self.rows()
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        ends = [row["turn"] for row in rows if row["type"] == "turn.end"]
        told = [(row["turn"], row["ordinal"]) for row in rows if row["type"] == "message.final"]
        assert len(ends) == len(set(ends)) == facts.turns
        assert len(told) == len(set(told))
        async with open_records(embedded_url(self.folder)) as engine:
            archive = SqlTurnArchive(engine)
            archived = await given(lambda: archive.read(DEMO, self.session), lambda found: len(found) >= len(ends))
            assert [one.turn.id for one in archived] == ends
