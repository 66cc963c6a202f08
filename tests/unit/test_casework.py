"""Tickets and returns as the shop's people work on them: answered in the conversation, moved, listed page by page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI

from server import failures
from server.casework import Casework, Kind
from server.routes.casework import casework
from state.desk import CaseNotFoundError, CaseStatusError, Draft, Origin
from state.ids import SessionId
from tests.unit.floor import SESSION
from tests.unit.handed import SHOP, Shop, shop

ANA = Origin(SHOP, SESSION, "chat", "es")


async def open_one(here: Shop, kind: Kind = "ticket", origin: Origin = ANA, key: str = "1") -> str:
    status = "open" if kind == "ticket" else "review"
    draft = Draft(kind, origin, "La tetera gotea", status, 1, order="A-5512")  # type: ignore[arg-type] # of its kind
    return (await here.desk.cases.open(draft, f"{kind}{key}")).number


@asynccontextmanager
async def api(here: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    failures.install(app)
    for kind in ("ticket", "return"):
        app.include_router(casework(Casework(here.desk, kind)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://here") as client:
        yield client


async def test_an_answer_to_a_ticket_reaches_the_customer_once_and_says_what_it_is_about() -> None:
    async with shop() as here:
        work = Casework(here.desk, "ticket")
        await here.says("hola")
        number = await open_one(here)
        first = await work.reply(number, "Eva", "Te mandamos otra.", key="1")
        again = await work.reply(number, "Eva", "Te mandamos otra.", key="1")
        assert first is not None
        told = await here.told(first)
        shown = await work.show(number)
        goes_on = await here.says("gracias")

    assert first == again
    assert told == ["Sobre TK-1001, «La tetera gotea»:\n\nTe mandamos otra."]
    assert shown.case.status == "answered"
    assert [(one.kind, one.author) for one in shown.story] == [("operator", "Eva")]
    assert goes_on


async def test_an_answer_to_an_expired_conversation_is_kept_with_the_ticket() -> None:
    async with shop() as here:
        gone = Origin(SHOP, SessionId("ses_gone"), "chat", "es")
        number = await open_one(here, origin=gone)
        turn = await Casework(here.desk, "ticket").reply(number, "Eva", "Te mandamos otra.")
        shown = await Casework(here.desk, "ticket").show(number)

    assert turn is None
    assert [one.text for one in shown.story] == ["Te mandamos otra."]


async def test_a_return_goes_only_where_it_can_go_from_where_it_is() -> None:
    async with shop() as here:
        work = Casework(here.desk, "return")
        number = await open_one(here, "return")
        with pytest.raises(CaseStatusError):
            await work.move(number, "refunded", "Eva")
        await work.move(number, "requested", "Eva")
        await work.move(number, "refunded", "Eva")
        again = await work.move(number, "refunded", "Eva")
        story = (await work.show(number)).story

    assert again.status == "refunded"
    assert [one.text for one in story] == ["requested", "refunded"]


async def test_a_return_is_no_ticket() -> None:
    async with shop() as here:
        number = await open_one(here, "return")

        with pytest.raises(CaseNotFoundError):
            await Casework(here.desk, "ticket").show(number)


async def test_tickets_come_in_pages_and_by_status_over_http() -> None:
    async with shop() as here, api(here) as client:
        for key in "123":
            await open_one(here, key=key)
        closed = await client.post("/v1/tickets/TK-1002/status", json={"operator": "Eva", "status": "closed"})
        first = (await client.get("/v1/tickets", params={"limit": 2})).json()
        second = (await client.get("/v1/tickets", params={"limit": 2, "before": first["next"]})).json()
        still_open = (await client.get("/v1/tickets", params={"status": "open"})).json()
        refused = await client.post("/v1/tickets/TK-1002/status", json={"operator": "Eva", "status": "answered"})
        unknown = await client.get("/v1/returns/TK-1001")

    assert closed.json()["status"] == "closed"
    assert [one["number"] for one in first["cases"] + second["cases"]] == ["TK-1003", "TK-1002", "TK-1001"]
    assert second["next"] is None
    assert [one["number"] for one in still_open["cases"]] == ["TK-1003", "TK-1001"]
    assert (refused.status_code, unknown.status_code) == (409, 404)


async def test_a_note_is_for_colleagues() -> None:
    async with shop() as here, api(here) as client:
        await open_one(here)
        await client.post("/v1/tickets/TK-1001/note", json={"operator": "Eva", "text": "ya llamó"})
        shown = (await client.get("/v1/tickets/TK-1001")).json()

    assert [(one["kind"], one["text"]) for one in shown["story"]] == [("note", "ya llamó")]


@pytest.mark.parametrize(
    ("path", "there", "elsewhere"), [("tickets", "answered", "refunded"), ("returns", "review", "answered")]
)
async def test_an_unknown_status_is_told_those_of_its_kind_only(path: str, there: str, elsewhere: str) -> None:
    async with shop() as here, api(here) as client:
        listed = await client.get(f"/v1/{path}", params={"status": "foo"})
        moved = await client.post(f"/v1/{path}/TK-1001/status", json={"operator": "Eva", "status": "foo"})

    for answer in (listed, moved):
        assert answer.status_code == 422
        assert there in answer.json()["message"]
        assert elsewhere not in answer.json()["message"]


async def test_an_answer_to_a_closed_ticket_opens_it_again() -> None:
    async with shop() as here:
        work = Casework(here.desk, "ticket")
        await here.says("hola")
        number = await open_one(here)
        await work.move(number, "closed", "Eva")
        await work.reply(number, "Eva", "Ya hay recambio.", key="1")
        after = await work.case(number)

    assert after.status == "answered"
