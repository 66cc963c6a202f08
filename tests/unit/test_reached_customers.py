"""A ticket while the shop is closed, and signs put on what was asked: with the real router."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.script import Line, Script
from state.ids import TenantId, TurnId
from state.turn import ReactionPart
from tests.desk import SATURDAY_NOON, FixedClock
from tests.dialogues.playing import Player
from tests.dialogues.world import World, open_world
from tests.trained import trained

NIGHT = SATURDAY_NOON + timedelta(hours=12)
DEMO = TenantId("demo")


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


async def at_night() -> World:
    world = await open_world()
    return replace(world, ports=replace(world.ports, clock=FixedClock(NIGHT)))


def player(world: World, channel: str = "chat", contact: str | None = None) -> Player:
    said = {"name": "x", "locale": "en", "channel": channel, "contact": contact, "lines": [{"tap": "x"}]}
    return Player(world, Script.model_validate(said))


async def says(one: Player, *lines: str) -> list[str]:
    return [(await one.say(Line(customer=line))).text for line in lines]


async def test_a_ticket_at_night_asks_once_how_else_the_customer_is_reached() -> None:
    world = await at_night()
    here = player(world)

    told = await says(here, "open a ticket: my kettle leaks", "ann@example.com", "open a ticket: the pan is scratched")

    cases = world.ports.cases
    assert cases is not None
    story = await cases.story(DEMO, "TK-1001")
    assert "leave an e-mail or a phone" in told[0]
    assert "Noted with TK-1001" in told[1]
    assert "leave an e-mail" not in told[2]
    assert [entry.text for entry in story] == ["my kettle leaks", "ann@example.com"]
    assert (await cases.get(DEMO, "TK-1002")).facts == {"email": "ann@example.com"}  # type: ignore[union-attr] # it is there


async def test_how_to_be_reached_may_be_left_out_and_other_questions_go_their_way() -> None:
    no = await says(player(await at_night()), "open a ticket: my kettle leaks", "no")
    other = await says(player(await at_night()), "open a ticket: my kettle leaks", "do you have blue teapots?")

    assert "here in this chat" in no[1]
    assert "Cast iron teapot" in other[1]


async def test_whom_the_channel_knows_is_not_asked_and_nobody_while_the_shop_is_open() -> None:
    known = await says(player(await at_night(), "whatsapp", "con_1"), "open a ticket: my kettle leaks")
    open_now = await says(player(await open_world()), "open a ticket: my kettle leaks")

    assert all("leave an e-mail" not in one for one in known + open_now)


@pytest.mark.parametrize(("sign", "placed"), [("👍", 1), ("👍🏿", 1), ("👎", 0), ("❤️", 0)])
async def test_a_thumb_put_on_the_proposal_is_a_yes_and_one_down_a_no(sign: str, placed: int) -> None:
    world = await open_world()
    here = player(world, "whatsapp", "con_1")
    await says(here, "add a paella pan", "pick up", "Ann Lee", "cash")

    heard = await here.send(ReactionPart(sign, "wamid.1", turn=TurnId("trn_4")))

    assert await world.counts["orders"]() == placed
    assert ("haven't done it" in heard.text) == (sign == "👎")


async def test_a_thumb_on_anything_else_than_the_proposal_orders_nothing() -> None:
    world = await open_world()
    here = player(world, "whatsapp", "con_1")
    await says(here, "add a paella pan", "pick up", "Ann Lee", "cash")

    for turn in (TurnId("trn_3"), None):
        heard = await here.send(ReactionPart("👍", "wamid.0", turn=turn))

    assert await world.counts["orders"]() == 0
    assert "Shall I place it?" in heard.text


async def test_a_return_whose_parcel_the_shop_pays_has_the_label_to_send_on_record() -> None:
    world = await open_world()

    await says(player(world), "return A-5497, lucia@example.com, it arrived broken", "all of it", "yes")

    case = await world.ports.cases.get(DEMO, "RT-1001") if world.ports.cases else None
    assert case is not None
    assert case.facts["needs"] == "label"
    assert case.subject == "1 × Hervidor Olmo 1,7 L rojo, 2 × Pareja de tazas de gres"
