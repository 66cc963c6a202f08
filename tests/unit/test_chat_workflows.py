"""A customer asks for a workflow in a conversation, and hears of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import JsonValue

from nodes.chat_workflows import EVENT, Standing
from nodes.handoff import handoff
from nodes.lanes.workflows import answer_workflow, told, wished
from prompts.tenant import Tenant
from prompts.workflows import OfferedWorkflow, Wish, WorkflowRules
from server.plans.follow_ups import FollowingUp
from server.workflow_parts import desk_of
from state.conversation import Attachment, Handoff, Reply
from state.errors import DrainingError, SessionNotFoundError, SettingsError
from state.follow_up import FollowUp
from state.ids import SessionId, TurnId
from state.plan_run import RunId
from state.stores.memory import MemoryFollowUps
from state.turn import MediaPart, Part, StoredFile, SystemPart, TextPart
from tests.agents import Done
from tests.desk import demo
from tests.fakes import said

PDF = MediaPart("document", "m1", filename="c.pdf", stored=StoredFile("a" * 64, 10, "application/pdf"))


def rules_of(tenant: Tenant) -> WorkflowRules:
    assert tenant.workflows is not None
    return tenant.workflows


def offered() -> list[OfferedWorkflow]:
    return rules_of(demo()).offered


SESSION, RUN = SessionId("ses_1"), RunId("run_1")


class Runs:
    """Workflows that start nothing and stand as they are told."""

    def __init__(self, *stand: Standing | None, refuses: bool = False) -> None:
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


async def answer(*parts: Part, runs: Runs | None, text: str = "", tenant: Tenant | None = None) -> str | None:
    runtime: Any = SimpleNamespace(context=SimpleNamespace(workflows=runs, effects=Done(), tenant=tenant or demo()))
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
    found = wished(text, offered())

    assert (found and found.template) == template


def test_what_is_not_offered_is_not_started() -> None:
    assert wished("review this contract", offered()[1:]) is None


async def test_a_shop_without_the_file_lets_nobody_start_anything() -> None:
    runs, shop = Runs(), demo().model_copy(update={"workflows": None})

    assert await answer(PDF, runs=runs, text="revisa este contrato", tenant=shop) is None
    assert runs.asked == []


async def test_a_shop_says_it_in_its_own_words() -> None:
    wish = Wish(ask=["échale un ojo a"], about=["papele*"])
    review = offered()[0].model_copy(update={"words": {"es": wish}, "started": {"es": "Voy."}})
    rules = rules_of(demo()).model_copy(update={"offered": [review]})
    shop = demo().model_copy(update={"workflows": rules})

    assert await answer(PDF, runs=Runs(), text="Échale un ojo a estos PAPELES", tenant=shop) == "Voy."
    assert await answer(PDF, runs=Runs(), text="revisa este contrato", tenant=shop) is None


def test_a_shop_that_offers_what_there_is_not_is_told_so_at_the_start() -> None:
    review = offered()[0].model_copy(update={"template": "multi_agent_reveiw"})
    rules = rules_of(demo()).model_copy(update={"offered": [review]})
    known: Any = SimpleNamespace(templates=SimpleNamespace(names=["multi_agent_review"]))
    stores: Any = None

    with pytest.raises(SettingsError, match="reveiw"):
        desk_of(demo().model_copy(update={"workflows": rules}), stores, known)


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


REVIEWED: JsonValue = {
    "title": "Review: c.pdf",
    "summary": "Do not sign.",
    "top": [{"title": "No cap", "explanation": "It grows."}],
    "counts": {"high": 4, "medium": 2},
    "markdown": "# Review\n\n**Do not sign.**\n\n> 5 \\* 3\n\n| a | b |\n| --- | --- |\n| one | two |\n\n- **x:** y\n",
    "files": [
        {"sha256": "b" * 64, "name": "review.md", "mime": "text/markdown", "size": 1},
        {"sha256": "c" * 64, "name": "review.html", "mime": "text/html", "size": 1},
    ],
}


async def after_a_review(text: str, channel: str, *, heard: bool = True) -> Reply | None:
    runs = Runs(Standing("completed", "Review", output=REVIEWED))
    runtime: Any = SimpleNamespace(context=SimpleNamespace(workflows=runs, effects=Done(), tenant=demo()))
    news = said(id=TurnId("t0"), parts=[SystemPart(EVENT, RUN)])
    asks = [said(text, id=TurnId("t1"), locale="en")] if text else []
    state: Any = {"turns": [*[news] * heard, *asks], "session_id": SESSION, "channel": channel}
    return await answer_workflow(state, runtime)


async def test_the_end_says_how_many_findings_there_are_and_brings_the_report() -> None:
    reply = await after_a_review("", "chat")

    assert reply is not None
    assert "6 observaciones" in reply.text
    assert "informe completo" in reply.text
    assert reply.attachment == Attachment("document", f"/v1/workflows/{RUN}/files/{'c' * 64}", "review.html")


@pytest.mark.parametrize(
    "text", ["send me the full report", "¿Me mandas el informe completo?", "quiero ver el informe"]
)
async def test_the_whole_report_is_sent_to_whoever_asks_for_it_afterwards(text: str) -> None:
    reply = await after_a_review(text, "whatsapp")

    assert reply is not None
    assert reply.text == "Review\n\nDo not sign.\n\n«5 * 3»\n\n• a – b\n• one – two\n\n• x: y"
    assert reply.attachment is None


async def test_a_report_that_was_never_made_is_left_to_the_lane() -> None:
    assert await after_a_review("send me the full report", "chat", heard=False) is None
    assert await after_a_review("where is my parcel?", "chat") is None


def test_a_failure_is_told_with_its_reason_and_progress_with_what_is_done() -> None:
    assert "OCR" in told(Standing("failed", "Review", reason="Run it through OCR."), demo(), "en")
    assert "read" in told(Standing("running", "Review", done=["read"], doing=["legal"]), demo(), "en")


def test_an_output_of_any_shape_can_be_told() -> None:
    outputs: list[JsonValue] = [None, [], "x", {"top": "x"}, {"top": [1]}, {"summary": None}]
    for output in outputs:
        assert told(Standing("completed", "Review", output=output), demo(), "fr").startswith("Ya está")


@pytest.mark.parametrize(
    ("standing", "said_then"),
    [
        (Standing("completed", "Review", output={"summary": "No firmar."}), "No firmar."),
        (Standing("running", "Review", done=["read"]), ""),
        (None, ""),
    ],
)
async def test_who_is_with_a_person_hears_the_result_and_nothing_before_it(
    standing: Standing | None, said_then: str
) -> None:
    runtime: Any = SimpleNamespace(context=SimpleNamespace(workflows=Runs(standing), tenant=demo()))
    state: Any = {"turns": [said("", parts=[SystemPart(EVENT, RUN)])], "handoff": Handoff("requested", 1)}

    update = await handoff(state, runtime)

    reply = update["reply"]
    assert reply is not None
    assert said_then in reply.text
    assert reply.silent == (said_then == "")
    assert "handoff" not in update


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
