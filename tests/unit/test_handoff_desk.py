"""A conversation that is handed to a person and back, on a worker with memory twins."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from nodes.handoff import handoff
from server import failures
from server.desk_watch import DeskWatch
from server.routes.handoffs import handoffs
from state.conversation import Handoff
from state.desk import Case, CaseOverError, CaseTakenError
from state.errors import RecordsUnavailableError
from state.ids import TenantId
from state.stores.records.memory_cases import MemoryCases
from tests.desk import SATURDAY_NOON, Stage, conversation, ports
from tests.unit.handed import shop


async def test_a_wish_for_a_person_becomes_a_handoff_with_a_summary() -> None:
    async with shop() as here:
        await here.says("hola")
        told = await here.says("quiero una persona, la tetera gotea")
        (case,) = await here.desk.latest(10)

    assert "te contesta aquí" in told
    assert (case.number, case.status, case.subject) == ("HO-1001", "open", "quiero una persona, la tetera gotea")
    assert case.facts["said"] == ["hola", "quiero una persona, la tetera gotea"]
    assert case.due == (SATURDAY_NOON + timedelta(minutes=15)).timestamp() * 1000


async def test_one_notice_then_silence_and_every_word_reaches_the_person() -> None:
    async with shop() as here:
        await here.says("una persona")
        notice = await here.says("es urgente")
        silence = [await here.says("¿hola?"), await here.says("sigo aquí")]
        shown = await here.desk.show("ho-1001")

    assert "lo leerá todo" in notice
    assert silence == ["", ""]
    assert [entry.text for entry in shown.story] == ["una persona", "es urgente", "¿hola?", "sigo aquí"]


async def test_an_operators_reply_is_said_once_in_the_conversation_under_their_name() -> None:
    async with shop() as here:
        await here.says("una persona")
        first = await here.desk.reply("HO-1001", "Eva", "Hola, soy Eva.", key="1")
        again = await here.desk.reply("HO-1001", "Eva", "Hola, soy Eva.", key="1")
        told = await here.told(first)
        answered = await here.says("gracias, Eva")
        shown = await here.desk.show("HO-1001")
        finals = await here.events("message.final")

    assert first == again
    assert told == ["Hola, soy Eva."]
    assert answered == ""
    assert [row["author"] for row in finals] == [None, "Eva"]
    said = [(entry.kind, entry.author, entry.text) for entry in shown.story]
    assert said == [
        ("customer", "", "una persona"),
        ("event", "Eva", "claimed"),
        ("operator", "Eva", "Hola, soy Eva."),
        ("customer", "", "gracias, Eva"),
    ]


async def test_a_conversation_has_one_operator_until_another_takes_it() -> None:
    async with shop() as here:
        await here.says("una persona")
        await here.desk.claim("HO-1001", "Eva")
        with pytest.raises(CaseTakenError, match="Eva"):
            await here.desk.reply("HO-1001", "Luis", "Yo sigo.")
        same = await here.desk.claim("HO-1001", "Eva")
        taken = await here.desk.claim("HO-1001", "Luis", take=True)

    assert (same.operator, taken.operator) == ("Eva", "Luis")


async def test_a_customer_given_back_is_answered_by_the_assistant_again() -> None:
    async with shop() as here:
        await here.says("una persona")
        turn = await here.desk.give_back("HO-1001", "Eva", "Listo, ya está cambiado.")
        (told,) = await here.told(turn)
        hello = await here.says("hola")
        with pytest.raises(CaseOverError):
            await here.desk.reply("HO-1001", "Eva", "Otra cosa.")
        changes = await here.events()

    assert told.startswith("Listo, ya está cambiado.")
    assert "asistente" in told
    assert "Casa Olmo" in hello
    assert [row["status"] for row in changes] == ["open", "given_back"]


async def test_a_customer_who_goes_back_leaves_the_queue() -> None:
    async with shop() as here:
        await here.says("una persona")
        told = await here.says("volver al asistente")
        waiting = await here.desk.latest(10)
        again = await here.says("volver al asistente")

    assert "Aquí estoy otra vez" in told
    assert waiting == []
    assert "Ya estás hablando conmigo" in again


async def test_a_customer_whom_nobody_claims_is_told_once_and_offered_a_ticket() -> None:
    async with shop() as here:
        await here.says("una persona")
        watch = DeskWatch(here.desk)
        await watch.look()
        here.clock.later(minutes=16)
        await watch.look()
        await watch.look()
        await here.floor.seen("message.final", 2)
        hello = await here.says("hola")
        finals = await here.events("message.final")
        case = await here.desk.case("HO-1001")

    assert len(finals) == 3
    assert "Perdona la espera" in finals[1]["text"]
    assert [choice["id"] for choice in finals[1]["choices"]][-1] == "action:talk_to_person"
    assert case.status == "timed_out"
    assert hello


async def test_a_customer_whom_the_operator_forgets_is_free_for_others() -> None:
    async with shop() as here:
        await here.says("una persona")
        await here.desk.claim("HO-1001", "Eva")
        here.clock.later(hours=1)
        answered = replace(await here.desk.case("HO-1001"))
        await DeskWatch(here.desk).look()
        freed = await here.desk.case("HO-1001")
        claimed = await here.desk.claim("HO-1001", "Luis")

    assert answered.status == "claimed"
    assert (freed.status, freed.operator) == ("open", "")
    assert claimed.operator == "Luis"


async def test_records_that_are_away_cost_no_word_of_the_customer() -> None:
    class Away(MemoryCases):
        async def get(self, tenant: TenantId, number: str) -> Case | None:
            raise RecordsUnavailableError("gone")

    waiting = conversation("es urgente", handoff=Handoff("requested", 1, "HO-1001"), channel="chat")

    update = await handoff(waiting, Stage(replace(ports(), cases=Away())).runtime)

    assert update["handoff"] == Handoff("requested", 1, "HO-1001", noticed=True)


async def test_operators_work_over_http() -> None:
    async with shop() as here:
        app = FastAPI()
        failures.install(app)
        app.include_router(handoffs(here.desk))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
            await here.says("una persona")
            listed = (await http.get("/v1/handoffs")).json()["handoffs"]
            claimed = await http.post("/v1/handoffs/HO-1001/claim", json={"operator": "Eva"})
            taken = await http.post("/v1/handoffs/HO-1001/claim", json={"operator": "Luis"})
            noted = await http.post("/v1/handoffs/HO-1001/note", json={"operator": "Eva", "text": "cliente fiel"})
            reply = await http.post("/v1/handoffs/HO-1001/reply", json={"operator": "Eva", "text": "¡Hola!"})
            told = await here.told(reply.json()["turn_id"])
            nobody = await http.post("/v1/handoffs/HO-1001/claim", json={"operator": " "})
            back = await http.post("/v1/handoffs/HO-1001/return", json={"operator": "Eva"})
            await here.told(back.json()["turn_id"])
            shown = (await http.get("/v1/handoffs/HO-1001")).json()
            missing = await http.get("/v1/handoffs/HO-7")
            empty = (await http.get("/v1/handoffs")).json()["handoffs"]

    assert [one["number"] for one in listed] == ["HO-1001"]
    assert (claimed.status_code, claimed.json()["operator"]) == (200, "Eva")
    assert (taken.status_code, taken.json()["code"]) == (409, "case_taken")
    assert (noted.json()["kind"], told) == ("note", ["¡Hola!"])
    assert (nobody.status_code, missing.status_code, back.status_code) == (422, 404, 202)
    assert [line["kind"] for line in shown["story"]] == ["customer", "event", "note", "operator", "event"]
    assert (shown["status"], empty) == ("given_back", [])
