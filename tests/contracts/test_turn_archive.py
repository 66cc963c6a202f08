"""What every turn archive must do, on every database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.ports import TurnArchive
from state.errors import RecordsUnavailableError, SettingsError
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.session import FinishedTurn
from state.stores.records.database import embedded_url, open_records
from state.stores.records.memory import MemoryTurnArchive
from state.stores.records.tables import METADATA, TURNS
from state.stores.records.turn_archive import SqlTurnArchive
from state.stores.records.workflow_tables import LOGS, RUNS, TASKS
from state.turn import ContactCard, ContactsPart, LocationPart, MediaPart, OrderLine, OrderPart, Part, TextPart, Turn

SHOP = TenantId("shop")
SESSION = SessionId("ses_1")


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[AsyncEngine]:
    async with open_records(url) as opened:
        async with opened.begin() as connection:
            await connection.execute(TURNS.delete())
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    async with emptied(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield opened


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def archive(request: pytest.FixtureRequest) -> AsyncIterator[TurnArchive]:
    if request.param == "memory":
        yield MemoryTurnArchive()
        return
    async with emptied(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield SqlTurnArchive(opened)


def finished(number: int, *, session: SessionId = SESSION, tenant: TenantId = SHOP, reply: str = "Sí.") -> FinishedTurn:
    turn = Turn(
        TurnId(f"trn_{number}"),
        MessageId(f"wamid.{number}"),
        at=number,
        parts=[TextPart("¿abren? 🙂"), MediaPart("image", "ref", caption="foto"), LocationPart(40.4, -3.7)],
        text="¿abren? 🙂 foto",
        locale="es",
        lane="info",
        intent="opening_hours",
        reply=reply,
    )
    return FinishedTurn(tenant, session, "whatsapp", "completed", 1000 + number, turn, number)


async def test_turns_come_back_as_they_were_oldest_first(archive: TurnArchive) -> None:
    order: list[Part] = [ContactsPart([ContactCard("Ana", ["+34"])]), OrderPart([OrderLine("TE-1", 2, 2500, "EUR")])]
    second = replace(finished(2), turn=replace(finished(2).turn, parts=order, lane=None, intent=None))

    await archive.keep([second, finished(1)])

    assert await archive.read(SHOP, SESSION) == [finished(1), second]


async def test_a_turn_kept_again_stays_as_it_was(archive: TurnArchive) -> None:
    await archive.keep([finished(1)])

    await archive.keep([finished(1, reply="other"), finished(2)])

    assert await archive.read(SHOP, SESSION) == [finished(1), finished(2)]


async def test_pages_go_back_from_a_number(archive: TurnArchive) -> None:
    await archive.keep([finished(number) for number in range(1, 8)])

    page = await archive.read(SHOP, SESSION, before=6, limit=2)

    assert [turn.number for turn in page] == [4, 5]


async def test_no_tenant_and_no_session_sees_the_turns_of_another(archive: TurnArchive) -> None:
    await archive.keep([finished(1)])

    assert await archive.read(TenantId("other"), SESSION) == []
    assert await archive.read(SHOP, SessionId("ses_2")) == []


async def test_the_last_turns_of_a_tenant_since_a_time_are_found_in_every_session(archive: TurnArchive) -> None:
    other = finished(4, session=SessionId("ses_2"))
    await archive.keep([finished(number) for number in (3, 1, 2)] + [other, finished(5, tenant=TenantId("other"))])

    assert await archive.ended_since(SHOP, 1002, limit=10) == [finished(2), finished(3), other]
    assert await archive.ended_since(SHOP, 0, limit=2) == [finished(3), other]


async def test_turns_that_ended_long_ago_are_forgotten(archive: TurnArchive) -> None:
    await archive.keep([finished(1), finished(2)])

    assert await archive.forget(1002) == 1
    assert await archive.read(SHOP, SESSION) == [finished(2)]


async def test_signs_a_database_can_not_keep_cost_no_turn(engine: AsyncEngine) -> None:
    archive = SqlTurnArchive(engine)
    odd = replace(finished(1), turn=replace(finished(1).turn, parts=[TextPart("a\0b")], text="a\0b", reply="\0c"))

    await archive.keep([odd])

    (kept,) = await archive.read(SHOP, SESSION)
    assert kept.turn == replace(odd.turn, text="ab", reply="c")


async def test_the_migrations_make_the_tables_that_the_code_declares(engine: AsyncEngine) -> None:
    def columns(connection: Connection) -> dict[str, set[str]]:
        look = inspect(connection)
        names = [name for name in look.get_table_names() if name != "alembic_version"]
        return {name: {column["name"] for column in look.get_columns(name)} for name in names}

    async with engine.connect() as connection:
        made = await connection.run_sync(columns)

    assert {RUNS.name, TASKS.name, LOGS.name} < METADATA.tables.keys()
    assert made == {name: {column.name for column in table.columns} for name, table in METADATA.tables.items()}


async def test_what_was_kept_is_there_after_opening_again(sqlite_url: str) -> None:
    async with open_records(sqlite_url) as first:
        await SqlTurnArchive(first).keep([finished(1)])

    async with open_records(sqlite_url) as second:
        assert await SqlTurnArchive(second).read(SHOP, SESSION) == [finished(1)]


async def test_two_processes_write_one_file(sqlite_url: str) -> None:
    async with open_records(sqlite_url) as one, open_records(sqlite_url) as two:
        for number in range(1, 21):
            await SqlTurnArchive(one if number % 2 else two).keep([finished(number)])

        assert len(await SqlTurnArchive(two).read(SHOP, SESSION)) == 20


async def test_a_database_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"not a database, and long enough to be looked at" * 100)

    with pytest.raises(RecordsUnavailableError, match="not a database"):
        async with open_records(embedded_url(tmp_path)):
            pass


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    async with open_records(embedded_url(tmp_path)):
        pass
    blocking = create_engine(embedded_url(tmp_path))
    with blocking.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    blocking.dispose()

    with pytest.raises(RecordsUnavailableError, match="newer Laneway"):
        async with open_records(embedded_url(tmp_path)):
            pass


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(RecordsUnavailableError) as caught:
        async with open_records("postgresql://laneway:s3cret@127.0.0.1:1/laneway"):
            pass

    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "postgresql://u:p:w@h:port/x"])
async def test_an_address_that_can_not_be_understood_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="can't be understood"):
        async with open_records(url):
            pass
