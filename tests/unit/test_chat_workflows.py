"""A customer asks for a workflow in a conversation, and hears of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import JsonValue

from nodes.chat_workflows import EVENT, Standing
from nodes.lanes.workflows import answer_workflow, told, wished
from server.plans.follow_ups import FollowingUp
from state.errors import DrainingError, SessionNotFoundError
from state.follow_up import FollowUp
from state.ids import SessionId
from state.plan_run import RunId
from state.stores.memory import MemoryFollowUps
from state.turn import MediaPart, Part, StoredFile, SystemPart, TextPart
from tests.agents import Done
from tests.fakes import said

OFFERED = ["multi_agent_review", "document_processing"]
PDF = MediaPart("document", "m1", filename="c.pdf", stored=StoredFile("a" * 64, 10, "application/pdf"))
SESSION, RUN = SessionId("ses_1"), RunId("run_1")


class Runs:
    """Workflows that start nothing and stand as they are told."""

    def __init__(self, *stand: Standing | None, refuses: bool = False) -> None:
        self.offered = OFFERED
        self.follow_ups = MemoryFollowUps()
        self.asked: list[tuple[str, Any]] = []
        self._stand = list(stand)
        self._refuses = refuses

    async def start(self, template: str, given: Any, *, session: SessionId, key: str, locale: str) -> str:
        if self._refuses:
            raise DrainingError
        self.asked.append((template, given))
        return RUN

    async def standing(self, run: str) -> Standing | None:
        return self._stand.pop(0) if len(self._stand) > 1 else self._stand[0]


async def answer(*parts: Part, runs: Runs | None, text: str = "") -> str | None:
    runtime: Any = SimpleNamespace(context=SimpleNamespace(workflows=runs, effects=Done()))
    state: Any = {"turns": [said(text, parts=list(parts) or [TextPart(text)])], "session_id": SESSION}
    reply = await answer_workflow(state, runtime)
    return reply.text if reply else None


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("¿Me revisas este contrato?", "multi_agent_review"),
        ("Please review this contract before I sign", "multi_agent_review"),
        ("Resúmeme este documento, por favor", "document_processing"),
        ("can you summarise the attached PDF", "document_processing"),
        ("¿Tenéis teteras?", None),
        ("I want to return a kettle", None),
        ("quiero revisar mi pedido", None),
    ],
)
def test_a_wish_for_a_workflow_is_told_from_other_wishes(text: str, template: str | None) -> None:
    assert wished(text, OFFERED) == template


def test_what_is_not_offered_is_not_started() -> None:
    assert wished("review this contract", ["document_processing"]) is None


async def test_a_contract_as_a_file_starts_its_review_with_that_file() -> None:
    runs = Runs()

    reply = await answer(PDF, TextPart("revisa este contrato"), runs=runs, text="revisa este contrato")

    assert reply is not None
    assert "tres especialistas" in reply
    ((template, given),) = runs.asked
    assert (template, given["document"]["sha256"], given["document"]["name"]) == (
        "multi_agent_review",
        "a" * 64,
        "c.pdf",
    )


async def test_a_contract_may_be_pasted_into_the_message() -> None:
    runs = Runs()

    await answer(runs=runs, text="Revisa este contrato: " + "El proveedor entregará. " * 20)

    assert runs.asked[0][1]["document"]["text"].startswith("Revisa este contrato")


async def test_without_a_document_the_customer_is_asked_for_one() -> None:
    runs = Runs()

    reply = await answer(runs=runs, text="revisa este contrato")

    assert reply is not None
    assert "Envíame" in reply
    assert runs.asked == []


async def test_a_workflow_that_cannot_start_is_said_and_nothing_else_fails() -> None:
    reply = await answer(PDF, runs=Runs(refuses=True), text="revisa este contrato")

    assert reply is not None
    assert "no puedo" in reply


@pytest.mark.parametrize("runs", [None, Runs()])
async def test_other_turns_are_left_to_the_lane(runs: Runs | None) -> None:
    assert await answer(runs=runs, text="hola") is None


async def test_the_session_is_told_the_result_in_its_language() -> None:
    output: JsonValue = {
        "title": "Revisión: C",
        "summary": "No firmar.",
        "top": [{"title": "Sin tope", "explanation": "Crece."}],
    }

    reply = await answer(SystemPart(EVENT, RUN), runs=Runs(Standing("completed", "Review", output=output)))

    assert reply is not None
    assert reply.split("\n\n") == ["Ya está: Revisión: C.", "No firmar.", "• Sin tope: Crece."]


def test_a_failure_is_told_with_its_reason_and_progress_with_what_is_done() -> None:
    assert "OCR" in told(Standing("failed", "Review", reason="Run it through OCR."), "en")
    assert "read" in told(Standing("running", "Review", done=["read"], doing=["legal"]), "en")


def test_an_output_of_any_shape_can_be_told() -> None:
    outputs: list[JsonValue] = [None, [], "x", {"top": "x"}, {"top": [1]}, {"summary": None}]
    for output in outputs:
        assert told(Standing("completed", "Review", output=output), "fr").startswith("Done")


class Sessions:
    """A service that takes messages to one session."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []

    async def session(self, session: str) -> Any:
        if session != SESSION:
            raise SessionNotFoundError(session)
        return session

    async def accept(self, session: Any, parts: list[Part], *, key: str, strategy: str) -> None:
        self.heard.append((key, parts[0].text if isinstance(parts[0], SystemPart) else None))


async def following(runs: Runs, one: FollowUp) -> Sessions:
    service = Sessions()
    await runs.follow_ups.keep(one)
    facts: Any = (service, runs)
    for _ in range(3):
        await FollowingUp(*facts).look()
    return service


async def test_a_session_hears_of_progress_and_once_of_the_end() -> None:
    begun, done = Standing("running", "r", done=["a"]), Standing("completed", "r", done=["a", "b"])
    runs = Runs(begun, done)

    service = await following(runs, FollowUp(RUN, SESSION))

    assert [key for key, _ in service.heard] == ["workflow:run_1:1", "workflow:run_1:end"]
    assert await runs.follow_ups.all() == []


async def test_a_session_that_is_gone_is_forgotten_and_so_is_a_run() -> None:
    gone, unknown = Runs(Standing("completed", "r")), Runs(None)

    await following(gone, FollowUp(RUN, SessionId("ses_2")))
    await following(unknown, FollowUp(RUN, SESSION))

    assert await gone.follow_ups.all() == await unknown.follow_ups.all() == []
