import asyncio
from collections.abc import Sequence
from dataclasses import replace

from state.errors import RecordsUnavailableError, StoreUnavailableError
from state.ids import SessionId, TenantId
from state.mailbox import Claimed
from state.session import FinishedTurn
from state.stores.records.memory import MemoryTurnArchive
from tests.desk import ScriptedRouter, decided, inbound, ports
from tests.unit.floor import SESSION, floor, service_on
from tests.waiting import given


class BrokenLanguage:
    def detect(self, text: str) -> tuple[str, float]:
        raise ValueError(text)


async def test_messages_are_answered_in_order() -> None:
    async with floor(ports()) as one:
        for number in range(5):
            await one.accept(inbound(f"hola {number}", str(number)))
        rows = await one.ended(5)

    assert [row["turn"] for row in rows if row["type"] == "turn.end"] == [f"trn_{number}" for number in range(5)]


async def test_a_message_that_always_fails_is_put_aside_and_the_next_one_answered() -> None:
    broken = replace(ports(), languages=BrokenLanguage())
    async with floor(broken) as one:
        await one.accept(inbound("tetera", "1"))
        await one.accept(inbound("1234", "2"))
        rows = await one.ended(2)

    assert [row["attempt"] for row in rows if row["type"] == "turn.start"] == [1, 2, 3, 4, 5, 1]
    assert [row["status"] for row in rows if row["type"] == "turn.end"] == ["dead_lettered", "completed"]
    assert next(row["text"] for row in rows if row["type"] == "message.final") == "Sorry"
    assert "tetera" not in str([row for row in rows if row["type"] == "node.error"])


async def test_an_answer_whose_commit_was_lost_is_shown_and_not_made_again() -> None:
    router = ScriptedRouter(decided("info"))
    async with floor(ports(router=router), working=False) as one:
        await one.accept(inbound())
        claimed = await one.inbox.claim(SESSION, "a worker that dies")
        assert isinstance(claimed, Claimed)
        await one.runner.run(claimed, NoRecorder())  # type: ignore[arg-type] # only emit is called
        one.worker.start()
        rows = await one.ended(1)

    assert len(router.asked) == 1
    assert [row["type"] for row in rows] == ["turn.start", "message.final", "send.result", "turn.end"]


async def test_a_router_that_fails_does_not_fail_the_turn() -> None:
    async with floor(ports(router=ScriptedRouter(None))) as one:
        await one.accept(inbound())
        rows = await one.ended(1)

    assert next(row for row in rows if row["type"] == "route.decision")["degraded"]
    assert [row["type"] for row in rows if row["type"] == "message.final"]
    assert rows[-1]["status"] == "completed"


async def test_a_store_that_is_away_loses_nothing() -> None:
    async with floor(ports(router=ScriptedRouter(decided("info")))) as one:
        await one.accept(inbound())
        commit, one.inbox.commit = one.inbox.commit, unavailable  # type: ignore[method-assign,assignment] # the fault
        await one.seen("turn.start")
        await asyncio.sleep(0.1)
        one.inbox.commit = commit  # type: ignore[method-assign] # the repair
        rows = await one.ended(1)

    assert rows[-1]["status"] == "completed"
    assert len([row for row in rows if row["type"] == "message.final"]) == 1


async def test_a_worker_that_stops_takes_nothing_new_and_leaves_it_for_the_next() -> None:
    async with floor(ports()) as one:
        await one.worker.stop(1)
        await one.accept(inbound())
        await asyncio.sleep(0.05)
        claimed = await one.inbox.claim(SESSION, "the next worker")

    assert isinstance(claimed, Claimed)
    assert claimed.attempt == 1


async def unavailable(*_: object) -> bool:
    raise StoreUnavailableError("scripted")


class NoRecorder:
    def emit(self, event: object) -> None:
        """Lose the event, as a killed process does."""


class StoppedArchive(MemoryTurnArchive):
    """A database that doesn't answer until it is told to."""

    stopped = True

    async def keep(self, turns: Sequence[FinishedTurn]) -> None:
        if self.stopped:
            raise RecordsUnavailableError("scripted")
        await super().keep(turns)


class MovingArchive(StoppedArchive):
    """A database that is written between being read and answering."""

    async def read(
        self, tenant: TenantId, session: SessionId, before: int | None = None, limit: int = 50
    ) -> list[FinishedTurn]:
        seen = await super().read(tenant, session, before, limit)
        if self.stopped:
            self.stopped = False
            await archived(self, 1)
        return seen


async def archived(archive: MemoryTurnArchive, count: int) -> list[FinishedTurn]:
    return await given(lambda: archive.read(TenantId("demo"), SESSION), lambda kept: len(kept) >= count)


async def test_every_ended_turn_goes_to_the_archive_with_its_answer() -> None:
    async with floor(ports(router=ScriptedRouter(decided("info")))) as here:
        for name in ("1", "2"):
            await here.accept(inbound(name=name))
        kept = await archived(here.archive, 2)

    assert [(one.number, one.status, one.turn.id) for one in kept] == [
        (1, "completed", "trn_1"),
        (2, "completed", "trn_2"),
    ]
    assert all(one.turn.reply for one in kept)


async def test_a_turn_that_was_put_aside_is_archived_with_the_apology() -> None:
    context = replace(ports(), languages=BrokenLanguage())
    async with floor(context) as here:
        await here.accept(inbound("tetera"))
        (kept,) = await archived(here.archive, 1)

    assert (kept.status, kept.turn.text, kept.turn.reply) == ("dead_lettered", "tetera", "Sorry")


async def test_a_database_that_stops_costs_no_answer_and_no_turn() -> None:
    archive = StoppedArchive()
    async with floor(ports(), archive=archive) as here:
        await here.accept(inbound())
        await here.ended(1)
        assert await archive.read(TenantId("demo"), SESSION) == []

        archive.stopped = False

        assert len(await archived(archive, 1)) == 1


async def test_a_turn_that_moves_into_the_archive_while_turns_are_read_is_among_them() -> None:
    async with floor(ports(), archive=MovingArchive()) as here:
        await here.accept(inbound())
        await here.ended(1)

        seen = await service_on(here).turns(SESSION, None, 10)

    assert [turn.number for turn in seen] == [1]
