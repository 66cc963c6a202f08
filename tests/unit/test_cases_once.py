"""Tickets and handoffs are opened once, however often their turn runs."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.effects import Ledger
from nodes.handoff import handoff
from nodes.lanes.support import support
from nodes.ports import Ports
from state.desk import CaseKind, Entry
from state.effect import Holder
from state.errors import RecordsUnavailableError
from state.ids import SessionId, TenantId
from state.session import Session
from state.stores.memory import MemoryEffects, MemorySessions
from state.stores.records.memory_cases import MemoryCases
from tests.desk import Stage, conversation, ports

SHOP, SESSION = TenantId("demo"), SessionId("ses_1")


class Breaking(MemoryCases):
    """Goes away right after the first case is in."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = True

    async def add(self, tenant: TenantId, number: str, entry: Entry) -> bool:
        if self.broken:
            self.broken = False
            raise RecordsUnavailableError("gone")
        return await super().add(tenant, number, entry)


async def shop(cases: MemoryCases) -> Ports:
    sessions = MemorySessions()
    await sessions.create(Session(SESSION, SHOP, "chat", created=1, updated=1))
    ledger = Ledger(MemoryEffects(sessions), Holder(SESSION, 0))
    return replace(ports(), cases=cases, effects=ledger)


@pytest.mark.parametrize(
    ("node", "intent", "kind"),
    [(support, "open_ticket", "ticket"), (handoff, "talk_to_person", "handoff")],
    ids=["ticket", "handoff"],
)
async def test_a_turn_that_breaks_after_opening_opens_the_same_case_again(
    node: Any, intent: str, kind: CaseKind
) -> None:
    cases = Breaking()
    context = await shop(cases)
    asked = conversation("abrid una incidencia, el hervidor rojo gotea", intent=intent)

    with pytest.raises(RecordsUnavailableError):
        await node(asked, Stage(context).runtime)
    await node(asked, Stage(context).runtime)
    await node(asked, Stage(context).runtime)

    (case,) = await cases.latest(SHOP, kind)
    assert [entry.text for entry in await cases.story(SHOP, case.number)] == [asked["turns"][-1].text]
