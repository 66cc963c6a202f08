"""Real tool calling over HTTP, with both providers' formats."""

from dataclasses import replace

import pytest

from server.script import Line, ModelCall, Script
from tests import bazaar
from tests.desk import ScriptedRouter, decided, ports
from tests.dialogues.modelled import modelled
from tests.dialogues.world import World
from tests.providers import ANTHROPIC, OPENAI, Wire

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
