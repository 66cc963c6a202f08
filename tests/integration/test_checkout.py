"""What a checkout does when something else happens meanwhile."""

from collections.abc import Iterable

import pytest

from nodes.shop.ports import Orders
from server.script import Line, Script
from state.ids import SessionId
from state.shop import Buyer, OrderDraft, OrderedProduct
from tests.dialogues.playing import Player
from tests.dialogues.world import DEMO, open_world
from tests.trained import trained

TEAPOT = "TEA-IRON-08"


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


async def customer(*lines: str) -> tuple[Player, Orders]:
    world = await open_world()
    assert world.ports.counter is not None
    player = Player(world, Script(name="x", locale="es", lines=[Line(customer="x")]))
    await say(player, lines)
    return player, world.ports.counter.orders


async def say(player: Player, lines: Iterable[str]) -> str:
    for line in lines:
        await player.say(Line(customer=line))
    return player.heard[-1].text


async def sell(orders: Orders, quantity: int) -> None:
    lines = [OrderedProduct(TEAPOT, "Tetera", quantity, 4590)]
    buyer, session = Buyer("Otra", "otra@example.com"), SessionId("ses_other")
    await orders.place(OrderDraft("other", DEMO, session, buyer, "es", lines, "pickup", 0, "EUR", "transfer", 1))


READY = ("ponme dos teteras azules", "tramitar", "recoger", "Ana, ana@example.com", "al recogerlo")


async def test_what_was_sold_meanwhile_is_not_ordered_and_the_cart_has_what_is_left() -> None:
    player, orders = await customer(*READY)
    await sell(orders, 2)

    said = await say(player, ["sí"])

    assert "se han vendido" in said
    assert [line.quantity for line in player.heard[-1].state["cart"]] == [1]
    assert await orders.latest(DEMO, session=player.session) == []
    assert (await orders.stock(DEMO))[TEAPOT] == 1


async def test_what_is_left_can_be_ordered_after_all() -> None:
    player, orders = await customer(*READY)
    await sell(orders, 2)

    await say(player, ["sí", "tramitar", "sí"])

    [order] = await orders.latest(DEMO, session=player.session)
    assert order.draft.total_minor == 4590
    assert (await orders.stock(DEMO))[TEAPOT] == 0


async def test_two_orders_of_one_conversation_are_two() -> None:
    player, orders = await customer(*READY, "sí", "quiero un delantal", "tramitar", "recoger", "al recogerlo", "sí")

    placed = await orders.latest(DEMO, session=player.session)

    assert [order.draft.total_minor for order in placed] == [2790, 9180]
    assert len({order.draft.key for order in placed}) == 2


async def test_who_guesses_whose_an_order_is_gets_no_further_than_five_times() -> None:
    player, _ = await customer("¿dónde está mi pedido A-5512?")
    await say(player, [f"guess{number}@example.com" for number in range(6)])

    said = await say(player, ["¿dónde está mi pedido A-5512? mi correo es lucia@example.com"])

    assert "Lucía" not in said
    assert "Hervidor" not in said
