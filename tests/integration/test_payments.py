"""Payment links from a provider over HTTP, alone and at the end of a checkout."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from nodes.shop.ports import Counter
from server.payments import HttpPayments, open_payments
from server.script import Line, Script
from server.settings import Settings
from state.ids import SessionId, TenantId
from state.shop import Buyer, Order, OrderDraft, OrderedProduct, Payment, PaymentsError
from tests.dialogues.playing import Player
from tests.dialogues.world import open_world
from tests.provider import Till, till
from tests.trained import trained

ORDER = Order.placed(
    "A-1",
    OrderDraft(
        key="ses_1:trn_1",
        tenant=TenantId("demo"),
        session=SessionId("ses_1"),
        buyer=Buyer("Ana", "ana@example.com"),
        locale="es",
        lines=[OrderedProduct("PAN-1", "Sartén", 2, 3290)],
        method="pickup",
        delivery_minor=0,
        currency="EUR",
        way="card",
        at=1,
    ),
)


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


@pytest.fixture
def provider() -> Iterator[Till]:
    with till() as one:
        yield one


@pytest.fixture
def settings(provider: Till) -> Settings:
    return Settings.load(payments_url=provider.url, payments_key="sk-secret")


@pytest.fixture
async def payments(settings: Settings) -> AsyncIterator[HttpPayments]:
    async with AsyncExitStack() as stack:
        made = await open_payments(settings, stack)
        assert made is not None
        yield made


async def test_a_link_is_asked_for_with_the_orders_key_and_whole_cents(payments: HttpPayments, provider: Till) -> None:
    payment = await payments.link("k1", ORDER)

    assert payment == Payment("card", "due", 6580, "EUR", "pay_1", "https://pay.example/pay_1")
    [asked] = provider.heard
    assert (asked["key"], asked["authorization"]) == ("k1", "Bearer sk-secret")
    assert (asked["order"], asked["amount_minor"], asked["currency"]) == ("A-1", 6580, "EUR")


async def test_the_same_key_again_is_the_same_payment(payments: HttpPayments) -> None:
    assert await payments.link("k1", ORDER) == await payments.link("k1", ORDER)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (402, b"{}"),
        (500, b"<html>sk-secret"),
        (307, b""),
        (200, b"not json"),
        (200, b"{}"),
        (200, b'{"id": "x", "url": "javascript:alert(1)"}'),
    ],
)
async def test_anything_but_a_link_is_no_link(
    payments: HttpPayments, provider: Till, status: int, answer: bytes
) -> None:
    provider.status, provider.answer = status, answer

    with pytest.raises(PaymentsError) as refused:
        await payments.link("k1", ORDER)

    assert "secret" not in refused.value.message


async def test_a_provider_that_is_not_there_gives_no_link(payments: HttpPayments) -> None:
    gone = HttpPayments(payments._http, "http://127.0.0.1:9/links")

    with pytest.raises(PaymentsError, match="ConnectError"):
        await gone.link("k1", ORDER)


async def test_without_an_address_there_is_no_provider(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        assert await open_payments(settings.model_copy(update={"payments_url": None}), stack) is None


LINES = ["2 sartenes de 28", "tramitar", "recoger", "Ana, ana@example.com", "tarjeta", "sí"]


async def bought(payments: HttpPayments) -> Player:
    world = await open_world()
    counter = world.ports.counter
    assert counter is not None
    selling = replace(world, ports=replace(world.ports, counter=Counter(counter.orders, payments)))
    player = Player(selling, Script(name="x", locale="es", lines=[Line(customer="x")]))
    for line in LINES:
        await player.say(Line(customer=line))
    return player


async def test_an_order_paid_by_card_ends_with_its_link(payments: HttpPayments, provider: Till) -> None:
    player = await bought(payments)

    link = player.heard[-1].state["outbound"][-1].link
    assert link is not None
    assert (link.label, link.url) == ("Pagar ahora", "https://pay.example/pay_1")
    assert [asked["amount_minor"] for asked in provider.heard] == [6580]


async def test_an_order_stands_when_the_provider_is_away_and_its_link_comes_later(
    payments: HttpPayments, provider: Till
) -> None:
    provider.status = 503
    player = await bought(payments)
    placed = player.heard[-1].text
    provider.status = 201

    later = await player.say(Line(customer="¿dónde está mi pedido?"))

    assert "A-5601" in placed
    assert "no está disponible" in placed
    link = later.state["outbound"][-1].link
    assert link is not None
    assert link.url.startswith("https://pay.example/")
    assert len(provider.links) == 1
