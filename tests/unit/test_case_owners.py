"""Whose tickets and returns are, and what a person who takes a conversation over reads first."""

from dataclasses import replace

import pytest

from nodes.lanes.desk.ownership import CaseOwner
from nodes.lanes.desk.summary import summary_of
from nodes.lanes.phrasing import Phrasing
from nodes.ownership import Customer
from nodes.shop.ownership import OrderOwner
from server.shop import stock_shop
from state.conversation import CartLine
from state.desk import CaseKind, CaseStatus, Draft, Origin
from state.ids import ContactId, SessionId, TenantId
from state.stores.records.memory_cases import MemoryCases
from state.stores.records.memory_shop import MemoryOrders
from tests.desk import conversation, demo

DEMO = TenantId("demo")
MINE = Customer(DEMO, SessionId("ses_1"), "whatsapp", ContactId("con_1"), {}, at=1)
STRANGER = Customer(DEMO, SessionId("ses_2"), "chat", None, {}, at=1)


@pytest.fixture(scope="module", autouse=True)
def _read() -> None:
    demo()


async def opened(kind: CaseKind, status: CaseStatus, order: str = "") -> tuple[MemoryCases, str]:
    cases = MemoryCases()
    origin = Origin(DEMO, SessionId("ses_1"), "whatsapp", "es", ContactId("con_1"))
    case = await cases.open(Draft(kind, origin, "x", status, 1, order=order), "k")
    return cases, case.number


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        (MINE, True),
        (replace(MINE, session=SessionId("ses_9")), True),
        (replace(MINE, contact=None), True),
        (STRANGER, False),
        (replace(STRANGER, contact=ContactId("con_2")), False),
        (replace(MINE, tenant=TenantId("other")), False),
    ],
)
async def test_a_ticket_is_its_conversations_or_its_contacts(who: Customer, theirs: bool) -> None:
    cases, number = await opened("ticket", "open")

    assert await CaseOwner(cases, "ticket").owns(who, number) is theirs


async def test_a_number_of_another_kind_or_of_nothing_is_nobodys() -> None:
    cases, number = await opened("handoff", "open")

    owner = CaseOwner(cases, "ticket")

    assert [await owner.owns(MINE, one) for one in (number, "TK-9999")] == [False, False]


async def test_a_return_is_also_whose_order_it_is_until_too_much_was_guessed() -> None:
    cases, number = await opened("return", "requested", order="A-5497")
    orders = MemoryOrders()
    await stock_shop(demo(), orders, orders, 10**12)
    owner = CaseOwner(cases, "return", OrderOwner(orders))

    knows = replace(STRANGER, claims={"email": "lucia@example.com"})
    before = await owner.owns(knows, number)
    guessed = [await owner.owns(replace(STRANGER, claims={"email": f"{n}@example.com"}), number) for n in range(5)]

    assert (before, guessed) == (True, [False] * 5)
    assert not await owner.owns(knows, number)


def test_the_summary_names_the_cart_in_the_shops_language_and_what_was_asked() -> None:
    cart = [
        CartLine("TEA-IRON-08", "Cast iron teapot 0.8 L blue", 2, 4590, "EUR"),
        CartLine("GONE-1", "Old pan", 1, 1, "EUR"),
    ]
    state = conversation("I want a person", locale="en", cart=cart, slots={"order": "A-5512"}, awaiting="buy_address")

    facts = summary_of(state, Phrasing(demo(), "en"))

    assert facts["cart"] == "2 × Tetera de hierro colado 0,8 L azul, 1 × Old pan"
    assert (facts["order"], facts["awaiting"], facts["said"]) == ("A-5512", "buy_address", ["I want a person"])
