"""How people are known by the names a channel gives them, on every store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.delivery_ports import Contacts
from state.contact import Identity, session_of
from state.ids import ContactId, TenantId, is_well_formed
from state.stores.connection import connect_server
from state.stores.contacts import RedisContacts
from state.stores.embedded.store import EmbeddedStore
from state.stores.memory import MemoryContacts

PHONE, USER, PARENT = Identity("phone", "34600000001"), Identity("user", "ES.1349"), Identity("parent", "ES.ENT.7")


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Contacts]:
    yield MemoryContacts()


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Contacts]:
    async with EmbeddedStore.open(folder) as store, connect_server(store.url, retry=True) as client:
        yield RedisContacts(client)


@pytest.fixture(params=[memory, embedded])
async def contacts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Contacts]:
    async with request.param(tmp_path / "data") as made:
        yield made


async def test_a_person_is_known_again_by_any_of_their_names(contacts: Contacts) -> None:
    first = await contacts.identify("n1", [USER, PHONE], name="Lucía", heard=5)

    again = [await contacts.identify("n1", [one]) for one in (PHONE, USER)]

    assert [one.id for one in again] == [first.id] * 2
    assert again[-1].identities == {"phone": PHONE.value, "user": USER.value}
    assert (again[-1].name, again[-1].heard) == ("Lucía", 5)


async def test_only_the_first_time_is_somebody_new(contacts: Contacts) -> None:
    seen = [await contacts.identify("n1", names) for names in ([PHONE], [PHONE], [USER, PHONE], [PARENT])]

    assert [one.fresh for one in seen] == [True, False, False, True]


async def test_a_name_that_comes_later_is_added(contacts: Contacts) -> None:
    first = await contacts.identify("n1", [PHONE])
    second = await contacts.identify("n1", [USER, PARENT, PHONE])

    assert (await contacts.identify("n1", [USER])).id == second.id == first.id


async def test_names_of_two_people_who_turn_out_to_be_one_are_the_surer_ones(contacts: Contacts) -> None:
    by_user = await contacts.identify("n1", [USER])
    by_phone = await contacts.identify("n1", [PHONE])

    both = await contacts.identify("n1", [USER, PHONE])

    assert by_user.id != by_phone.id
    assert both.id == by_user.id == (await contacts.identify("n1", [PHONE])).id


async def test_one_phone_is_two_contacts_of_two_numbers(contacts: Contacts) -> None:
    ids = {(await contacts.identify(account, [PHONE])).id for account in ("n1", "n2")}

    assert len(ids) == 2


async def test_messages_at_once_make_one_contact(contacts: Contacts) -> None:
    found = await asyncio.gather(*(contacts.identify("n1", [PHONE], heard=at) for at in range(20)))

    assert len({one.id for one in found}) == 1
    assert (await contacts.identify("n1", [PHONE], heard=3)).heard == 19


async def test_flags_stay_until_they_are_taken_back(contacts: Contacts) -> None:
    contact = await contacts.identify("n1", [PHONE])
    told = [("stopped", "trn_1"), ("paused", "99"), ("no_marketing", "1"), ("paused", "")]
    noted = [await contacts.flag("n1", contact.id, what, value, at) for at, (what, value) in enumerate(told)]  # type: ignore[arg-type] # flags

    found = await contacts.get("n1", contact.id)

    assert noted == [True] * 4
    assert found is not None
    assert (found.stopped, found.paused, found.no_marketing) == ("trn_1", 0, True)


async def test_what_was_said_before_does_not_undo_what_was_said_after(contacts: Contacts) -> None:
    contact = await contacts.identify("n1", [PHONE])
    await contacts.flag("n1", contact.id, "paused", "", 20)

    assert not await contacts.flag("n1", contact.id, "paused", "99", 10)

    found = await contacts.get("n1", contact.id)
    assert found is not None
    assert found.paused == 0


async def test_nothing_is_noted_of_somebody_who_is_not_known(contacts: Contacts) -> None:
    assert not await contacts.flag("n1", ContactId("con_none"), "stopped", "trn_1", 1)
    assert await contacts.get("n1", ContactId("con_none")) is None


def test_the_session_of_a_contact_is_the_same_for_ever_and_another_for_each_tenant() -> None:
    sessions = [session_of(TenantId(tenant), ContactId("con_1")) for tenant in ("demo", "demo", "other")]

    assert sessions[0] == sessions[1] != sessions[2]
    assert all(is_well_formed(one) for one in sessions)
