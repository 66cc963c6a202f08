"""A shop whose conversations are handed to people: a worker with memory twins, its desk, and a clock of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from nodes.ports import RouteRequest
from server.correspondence import Correspondence
from server.desk import Desk
from state.decision import RouterDecision
from state.ids import TenantId
from state.stores.memory import MemoryContacts, MemoryOutbox
from state.stores.records.memory_cases import MemoryCases
from state.turn import DeskPart
from tests.desk import SATURDAY_NOON, decided, inbound, ports
from tests.unit.floor import Floor, floor, service_on

SHOP = TenantId("demo")


class Wishes:
    """Sends a wish for a person, and what is written while one has the conversation, to the handoff lane."""

    async def decide(self, request: RouteRequest) -> RouterDecision:
        turn = request.turns[-1]
        if "volver" in turn.text:
            return decided("handoff", "back_to_bot")
        if "persona" in turn.text or request.handoff_open or any(isinstance(part, DeskPart) for part in turn.parts):
            return decided("handoff", "talk_to_person" if "persona" in turn.text else None)
        return decided("info", "greeting")


class Watch:
    def __init__(self) -> None:
        self.at = SATURDAY_NOON

    def now(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Shop:
    """The floor, its desk, and a clock of its own."""

    floor: Floor
    desk: Desk
    clock: Watch
    sent: int = 0

    async def says(self, text: str) -> str:
        """Say something as the customer; return what was answered, empty for nothing."""
        self.sent += 1
        await self.floor.accept(inbound(text, str(self.sent)))
        return (await self.told(f"trn_{self.sent}"))[-1]

    async def told(self, turn: str) -> list[str]:
        """Wait for a turn's end; return its messages."""
        count = 0
        while True:
            count += 1
            rows = await self.floor.ended(count)
            mine = [row for row in rows if row["turn"] == turn]
            if any(row["type"] == "turn.end" for row in mine):
                return [row["text"] for row in mine if row["type"] == "message.final"] or [""]

    async def events(self, kind: str = "handoff") -> list[dict[str, Any]]:
        return [row for row in await self.floor.rows() if row["type"] == kind]


@asynccontextmanager
async def shop() -> AsyncIterator[Shop]:
    clock, cases = Watch(), MemoryCases()
    context = replace(ports(), router=Wishes(), clock=clock, cases=cases)
    async with floor(context) as one:
        service = service_on(one)
        correspondence = Correspondence(service, MemoryContacts(), MemoryOutbox(one.log, lease_ms=1000))
        yield Shop(one, Desk(service, correspondence, cases, clock), clock)
