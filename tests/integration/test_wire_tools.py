"""Real tool calling over HTTP, with both providers' formats."""

from dataclasses import replace

import pytest

from server.script import Line, ModelCall, Script
from tests import bazaar
from tests.desk import ScriptedRouter, decided, ports
from tests.dialogues.modelled import modelled
from tests.dialogues.world import World, open_world
from tests.providers import ANTHROPIC, OPENAI, Wire
from tests.trained import trained

SCRIPT = Script(
    name="a teapot, and a refund",
    locale="en",
    lines=[
        Line(
            customer="How much is the blue teapot, and where is A-1001?",
            tools=[
                ModelCall(tool="find_products", args={"words": "tetera <azul>"}),
                ModelCall(tool="look_up_order", args={"order": bazaar.MINE}),
            ],
            effects=["find_products", "look_up_order"],
            says=["24.90", "on its way"],
            choices=["Blue teapot"],
        ),
        Line(
            customer="Refund B-2002 and A-1001",
            tools=[
                ModelCall(tool="refund_order", args={"order": "B-2002"}),
                ModelCall(tool="refund_order", args={"order": bazaar.MINE}),
            ],
            effects=["refund_order refused:not_owned", "refund_order asked"],
            says=["Refund A-1001?"],
        ),
        Line(customer="yes", effects=["refund_order"], says=["Refunded."]),
        Line(customer="hello?", effects=["find_products"], says=["By the steps"]),
    ],
)


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC], ids=lambda wire: wire.name)
async def test_a_model_uses_tools_over_its_wire(wire: Wire) -> None:
    records = bazaar.reset()
    owners = {"order": records, "ticket": records}
    shop = replace(ports(router=ScriptedRouter(decided("commerce"))), owners=owners)

    async with modelled(World(shop), SCRIPT, wire, {"commerce": bazaar.bazaar}) as player:
        wrong = await player.play()

    assert wrong == []
    assert records.changed == {("refund", bazaar.MINE): 1}
    assert "".join(player.heard[0].deltas).strip() == player.heard[0].text


RETURN = {"order": "A-5497", "reason": "damaged", "what": "the kettle"}
BEGUN = Script(
    name="a return that a model begins and the steps finish",
    locale="en",
    lines=[
        Line(
            customer="My kettle of order A-5497 came in a thousand bits, take it back",
            lane="support",
            tools=[ModelCall(tool="start_return", args=RETURN)],
            effects=["start_return refused:not_owned"],
            says=["which e-mail or phone"],
        ),
        Line(
            customer="lucia@example.com", effects=["start_return asked"], says=["1 × Olmo kettle", "it arrived damaged"]
        ),
        Line(customer="yes", effects=["start_return"], records={"return": 1}),
    ],
)
GUESSED = Script(
    name="guesses that a model and the steps take turns to check",
    locale="en",
    lines=[
        Line(customer="where is my order A-5512?", lane="support"),
        *(
            Line(
                customer=f"{name}@example.com",
                tools=[ModelCall(tool="look_up_order", args={"order": "A-5512"})] if number % 2 else [],
                says=["locked" if name == "e" else "can't find"],
                says_not=["7C9E5512"],
            )
            for number, name in enumerate("abcde")
        ),
        Line(
            customer="lucia@example.com",
            tools=[ModelCall(tool="look_up_order", args={"order": "A-5512"})],
            effects=["look_up_order refused:not_owned"],
            says_not=["7C9E5512"],
        ),
    ],
)


@pytest.fixture(scope="module")
def _trained() -> None:
    trained()


@pytest.mark.usefixtures("_trained")
@pytest.mark.parametrize(("script", "wire"), [(BEGUN, OPENAI), (GUESSED, ANTHROPIC)], ids=lambda one: one.name)
async def test_what_a_model_began_goes_on_without_it(script: Script, wire: Wire) -> None:
    async with modelled(await open_world(), script, wire) as player:
        wrong = await player.play()

    assert wrong == []
    assert any(heard.degraded == ["refused"] for heard in player.heard)
