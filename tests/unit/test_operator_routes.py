"""What an operator does over HTTP: cancel, dead letters, effects in doubt; on a worker with memory twins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
from fastapi import FastAPI

from nodes.ports import Ports
from server import failures
from server.routes.conversations import conversations
from server.routes.dead_letters import dead_letters
from server.routes.effects import effects
from server.streams.hub import Hub
from state.effect import RESULT_BYTES, EffectName, Holder, SideEffect, idempotency_key
from state.ids import TurnId
from tests.desk import inbound, ports
from tests.unit.floor import SESSION, Floor, floor, service_on

NOTED = EffectName(TurnId("trn_7"), "commerce")


class Moody:
    """Breaks every turn while it is told to."""

    def __init__(self) -> None:
        self.broken = True

    def detect(self, text: str) -> tuple[str, float]:
        if self.broken:
            raise ValueError(text)
        return "es", 1.0


@asynccontextmanager
async def counter(context: Ports) -> AsyncIterator[tuple[Floor, httpx2.AsyncClient]]:
    """Give a worker and the routes over it."""
    async with floor(context) as one:
        service = service_on(one)
        app = FastAPI()
        failures.install(app)
        hub: Any = object.__new__(Hub)
        for routes in (conversations(service, hub), dead_letters(service), effects(service)):
            app.include_router(routes)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
            yield one, http


async def doubted(one: Floor) -> None:
    await one.effects.begin(Holder(SESSION, 0), NOTED, SideEffect.IRREVERSIBLE)
    one.sessions.boxes[SESSION].fence += 1


async def test_a_dead_letter_is_listed_requeued_and_answered() -> None:
    mood = Moody()
    async with counter(replace(ports(), languages=mood)) as (one, http):
        await one.accept(inbound("rompe", "1"))
        await one.ended(1)
        [letter] = (await http.get("/v1/dead-letters")).json()["dead_letters"]
        mood.broken = False
        requeued = await http.post(f"/v1/dead-letters/{letter['id']}/requeue")
        rows = await one.ended(2)
        left = (await http.get("/v1/dead-letters")).json()["dead_letters"]
        again = await http.post(f"/v1/dead-letters/{letter['id']}/requeue")

    assert (letter["turn"], letter["attempts"], letter["code"]) == ("trn_1", 5, "too_many_attempts")
    assert letter["messages"][0]["parts"][0]["text"] == "rompe"
    assert requeued.status_code == 202
    assert (rows[-1]["turn"], rows[-1]["status"]) == (requeued.json()["turn_id"], "completed")
    assert left == []
    assert (again.status_code, again.json()["code"]) == (404, "dead_letter_not_found")


async def test_a_dead_letter_is_discarded_once() -> None:
    async with counter(replace(ports(), languages=Moody())) as (one, http):
        await one.accept(inbound("rompe", "1"))
        await one.ended(1)
        [letter] = (await http.get("/v1/dead-letters")).json()["dead_letters"]
        statuses = [(await http.delete(f"/v1/dead-letters/{letter['id']}")).status_code for _ in range(2)]

    assert statuses == [204, 404]


async def test_what_is_no_dead_letter_is_not_found() -> None:
    async with counter(ports()) as (_, http):
        answers = [await http.post(f"/v1/dead-letters/{name}/requeue") for name in ("0.1-0", "x", "..%2f", "99.1-1")]

    assert {one.status_code for one in answers} == {404}


async def test_a_busy_session_refuses_a_message_that_asks_to_be_refused() -> None:
    async with counter(ports()) as (one, http):
        one.worker.take_nothing_more()
        address = f"/v1/sessions/{SESSION}/messages"
        first = await http.post(address, json={"text": "hola"})
        second = await http.post(address, json={"text": "hola", "strategy": "reject"})
        wrong = await http.post(address, json={"text": "hola", "strategy": "shout"})

    assert first.status_code == 202
    assert (second.status_code, second.json()["code"]) == (409, "session_busy")
    assert wrong.status_code == 422


async def test_what_is_not_answered_is_cancelled_on_request() -> None:
    async with counter(ports()) as (one, http):
        one.worker.take_nothing_more()
        turns = [
            (await http.post(f"/v1/sessions/{SESSION}/messages", json={"text": "hola"})).json()["turn_id"]
            for _ in range(2)
        ]
        named = await http.post(f"/v1/sessions/{SESSION}/cancel", params={"turn": turns[1]})
        every = await http.post(f"/v1/sessions/{SESSION}/cancel")
        nobody = await http.post("/v1/sessions/ses_none/cancel")

    assert (named.status_code, named.json()) == (202, {"cancelled": [turns[1]]})
    assert every.json()["cancelled"] == turns
    assert nobody.status_code == 404


async def test_an_effect_in_doubt_is_listed_and_settled_once() -> None:
    async with counter(ports()) as (one, http):
        await doubted(one)
        [listed] = (await http.get("/v1/effects")).json()["effects"]
        body = {"session_id": SESSION, "name": listed["name"], "done": True, "result": {"order": 17}}
        statuses = [(await http.post("/v1/effects/settle", json=body)).status_code for _ in range(2)]
        left = (await http.get("/v1/effects")).json()["effects"]

    assert listed.items() >= {"session_id": SESSION, "name": "trn_7:commerce:0", "effect": "irreversible"}.items()
    assert listed["key"] == idempotency_key(SESSION, NOTED)
    assert (statuses, left) == ([204, 404], [])


async def test_a_settlement_that_says_nothing_useful_is_refused_and_changes_nothing() -> None:
    async with counter(ports()) as (one, http):
        await doubted(one)
        right = {"session_id": SESSION, "name": str(NOTED), "done": True}
        wrong: list[dict[str, object]] = [
            {**right, "name": "nothing"},
            {**right, "session_id": "ses_none"},
            {**right, "session_id": "../x"},
            {**right, "result": "x" * RESULT_BYTES},
            {**right, "more": 1},
            {"session_id": SESSION},
        ]
        answers = [(await http.post("/v1/effects/settle", json=body)).status_code for body in wrong]
        [left] = (await http.get("/v1/effects")).json()["effects"]

    assert answers == [404, 404, 404, 413, 422, 422]
    assert left["name"] == str(NOTED)
