"""What the records of tickets, returns and handoffs must do, on every database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import JsonValue

from nodes.cases import Cases
from state.desk import Case, Draft, Entry, Origin
from state.ids import ContactId, SessionId, TenantId
from state.returned import AlreadyReturnedError
from state.stores.records.cases import SqlCases
from state.stores.records.database import open_records
from state.stores.records.desk_tables import CASE_ENTRIES, CASE_NUMBERS, CASES
from state.stores.records.memory_cases import MemoryCases

SHOP = TenantId("shop")
ANA = Origin(SHOP, SessionId("ses_1"), "whatsapp", "es", ContactId("con_1"))
TICKET = Draft("ticket", ANA, "La tetera gotea", "open", 100, due=500, topic="product_not_working", order="A-5512")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def cases(request: pytest.FixtureRequest) -> AsyncIterator[Cases]:
    if request.param == "memory":
        yield MemoryCases()
        return
    async with open_records(request.getfixturevalue(f"{request.param}_url")) as engine:
        async with engine.begin() as connection:
            for table in (CASES, CASE_ENTRIES, CASE_NUMBERS):
                await connection.execute(table.delete())
        yield SqlCases(engine)


def said(key: str, at: int, text: str = "¿Alguna novedad? 🙂") -> Entry:
    return Entry(key, "customer", at, text)


async def test_a_case_comes_back_as_it_was_opened(cases: Cases) -> None:
    draft = replace(TICKET, facts={"lines": [{"sku": "TE-1", "quantity": 2}], "payer": "shop"})

    opened = await cases.open(draft, "key")

    assert opened == await cases.get(SHOP, "TK-1001")
    assert opened == Case(
        "TK-1001", "ticket", ANA, "La tetera gotea", "open", 100, 100, 500, "product_not_working", "A-5512", heard=100,
        facts=draft.facts,
    )  # fmt: skip


async def test_each_kind_and_each_tenant_has_its_own_numbers(cases: Cases) -> None:
    drafts = [TICKET, TICKET, replace(TICKET, kind="return"), replace(TICKET, kind="handoff")]
    elsewhere = replace(TICKET, origin=replace(ANA, tenant=TenantId("other")))

    numbers = [(await cases.open(draft, f"key {place}")).number for place, draft in enumerate([*drafts, elsewhere])]

    assert numbers == ["TK-1001", "TK-1002", "RT-1001", "HO-1001", "TK-1001"]


async def test_the_same_key_opens_one_case_also_at_the_same_time(cases: Cases) -> None:
    opened = await asyncio.gather(*(cases.open(TICKET, "key") for _ in range(5)))

    assert {case.number for case in opened} == {"TK-1001"}
    assert len(await cases.latest(SHOP, "ticket")) == 1


async def test_cases_opened_at_the_same_time_share_no_number(cases: Cases) -> None:
    opened = await asyncio.gather(*(cases.open(TICKET, f"key {number}") for number in range(5)))

    assert len({case.number for case in opened}) == 5


async def test_a_customer_has_the_cases_of_the_conversation_and_of_the_contact(cases: Cases) -> None:
    for number, origin in enumerate(
        [ANA, replace(ANA, session=SessionId("ses_2")), Origin(SHOP, SessionId("ses_3"), "chat", "es")]
    ):
        await cases.open(replace(TICKET, origin=origin, at=number), str(number))

    async def numbers(session: str, contact: str | None) -> list[str]:
        found = await cases.latest(
            SHOP, "ticket", session=SessionId(session), contact=ContactId(contact) if contact else None
        )
        return [case.number for case in found]

    assert await numbers("ses_1", "con_1") == ["TK-1002", "TK-1001"]
    assert await numbers("ses_3", None) == ["TK-1003"]
    assert await numbers("ses_4", "con_4") == []


async def test_a_case_moves_only_from_where_it_may(cases: Cases) -> None:
    await cases.open(replace(TICKET, kind="handoff"), "key")

    first = await cases.move(SHOP, "HO-1001", "claimed", at=200, among={"open"}, operator="Eva", due=900)
    second = await cases.move(SHOP, "HO-1001", "claimed", at=300, among={"open"}, operator="Luis")

    assert first is not None
    assert (first.status, first.operator, first.due, first.updated, first.revision) == ("claimed", "Eva", 900, 200, 2)
    assert second is None
    assert await cases.get(SHOP, "HO-1001") == first


async def test_an_entry_is_written_once_and_the_story_keeps_its_order(cases: Cases) -> None:
    await cases.open(TICKET, "key")

    written = [
        await cases.add(SHOP, "TK-1001", entry)
        for entry in (said("a", 200), Entry("b", "operator", 300, "Lo miro\0.", "Eva"), said("a", 400))
    ]

    assert written == [True, True, False]
    assert await cases.story(SHOP, "TK-1001") == [said("a", 200), Entry("b", "operator", 300, "Lo miro.", "Eva")]
    assert [entry.key for entry in await cases.story(SHOP, "TK-1001", limit=1)] == ["b"]
    case = await cases.get(SHOP, "TK-1001")
    assert case is not None
    assert (case.heard, case.answered, case.updated, case.revision) == (200, 300, 300, 3)


async def test_entries_of_two_processes_at_the_same_time_are_all_kept(cases: Cases) -> None:
    await cases.open(TICKET, "key")

    await asyncio.gather(*(cases.add(SHOP, "TK-1001", said(str(number), number)) for number in range(8)))

    assert len(await cases.story(SHOP, "TK-1001")) == 8


async def test_nothing_is_written_about_a_case_that_is_not_there(cases: Cases) -> None:
    assert await cases.get(SHOP, "TK-9999") is None
    assert not await cases.add(SHOP, "TK-9999", said("a", 1))
    assert await cases.move(SHOP, "TK-9999", "closed", at=1, among={"open"}) is None


async def test_what_is_overdue_and_what_changed_is_found(cases: Cases) -> None:
    for number, due in enumerate([300, 200, None, 900]):
        await cases.open(replace(TICKET, kind="handoff", due=due, at=number), str(number))

    await cases.add(SHOP, "HO-1003", said("a", 700))

    overdue = await cases.overdue(SHOP, "handoff", "open", now=900, limit=10)
    assert [case.number for case in overdue] == ["HO-1002", "HO-1001"]
    changed = await cases.changed(SHOP, "handoff", 3, limit=10)
    assert [case.number for case in changed] == ["HO-1004", "HO-1003"]


async def test_no_tenant_sees_the_cases_of_another(cases: Cases) -> None:
    await cases.open(TICKET, "key")

    assert await cases.get(TenantId("other"), "TK-1001") is None
    assert await cases.latest(TenantId("other"), "ticket") == []


async def test_cases_come_page_by_page(cases: Cases) -> None:
    for key in "12345":
        await cases.open(replace(TICKET, at=100 + int(key) // 2), key)

    first = await cases.latest(SHOP, "ticket", limit=2)
    second = await cases.latest(SHOP, "ticket", before=first[-1], limit=2)
    last = await cases.latest(SHOP, "ticket", before=second[-1], limit=2)

    assert [one.number for one in (*first, *second, *last)] == [f"TK-{1005 - place}" for place in range(5)]


def coming_back(session: str, sku: str) -> Draft:
    lines: list[JsonValue] = [{"sku": sku, "quantity": 1, "ordered": 1}]
    origin = replace(ANA, session=SessionId(session), contact=None)
    return Draft("return", origin, "1 × Tetera", "requested", 100, order="A-5490", facts={"lines": lines})


async def test_a_line_comes_back_once_whoever_asks(cases: Cases) -> None:
    await cases.open(coming_back("ses_1", "TE-1"), "one")

    with pytest.raises(AlreadyReturnedError) as refused:
        await cases.open(coming_back("ses_2", "TE-1"), "two")

    other = await cases.open(coming_back("ses_3", "TE-2"), "three")
    assert (refused.value.number, other.number) == ("RT-1001", "RT-1002")
    assert len(await cases.latest(SHOP, "return", order="A-5490")) == 2


async def test_a_line_comes_back_once_also_at_the_same_time(cases: Cases) -> None:
    asking = [cases.open(coming_back(f"ses_{one}", "TE-1"), f"key {one}") for one in range(5)]

    done = await asyncio.gather(*asking, return_exceptions=True)

    assert sum(isinstance(one, Case) for one in done) == 1
    assert sum(isinstance(one, AlreadyReturnedError) for one in done) == len(asking) - 1


async def test_what_a_cancelled_return_held_may_come_back(cases: Cases) -> None:
    first = await cases.open(coming_back("ses_1", "TE-1"), "one")
    await cases.move(SHOP, first.number, "cancelled", at=200, among={"requested"})

    again = await cases.open(coming_back("ses_2", "TE-1"), "two")

    assert again.number == "RT-1002"
