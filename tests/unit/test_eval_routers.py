"""Routers are asked about rows: a tenant's own, one trained on a file, one that follows dialogues, one that costs."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from evals.answers import Answers, fingerprint_of
from evals.cassette import Cassette
from evals.data.reading import read_gold
from evals.data.rows import DialogueRow, GoldRow, HistoryLine, IntentRow, LabelsRow
from evals.dialogues import ContextScorer, OnDialogues, dialogue_examples, measure_dialogues
from evals.errors import EvaluationError
from evals.outcome import Said
from evals.runner import run_gold
from evals.tenant import Contender, Previous
from evals.trained import examples_in, measure
from nodes.languages import TenantLanguages
from nodes.models.asking import Decided, Decider, Option, Prompt, Question, Usage, Verdict
from nodes.ports import Ports, RouteRequest
from nodes.routers import ChainRouter, LocalClassifier, examples_of
from nodes.routers import DialogueRow as Labelled
from server.commands.evaluate.contenders import Wanted, taped
from state.decision import LANES, RouterDecision, Stage
from state.turn import MediaPart
from tests.desk import SATURDAY_NOON, FixedClock
from tests.fakes import shop

GOLD = Path(__file__).parents[1] / "fixtures" / "gold.jsonl"
ROWS = [IntentRow(text=one.text, intent=one.intent) for one in examples_of(shop())]


class Remembering:
    """A router that keeps what it was asked and goes where it is told."""

    def __init__(self, *lanes: str) -> None:
        self.asked: list[RouteRequest] = []
        self._lanes = lanes

    async def decide(self, request: RouteRequest) -> RouterDecision:
        self.asked.append(request)
        lane = next(one for one in LANES if one == self._lanes[len(self.asked) - 1])
        chain = [Stage("local", fired=True, reason="told", lane=lane)]
        return RouterDecision(lane, "product_search", 0.8, dict.fromkeys(LANES, 0.25), "told", chain=chain)


def contender(router: Remembering | None = None, previous: Previous = "gold") -> Contender:
    local = router or ChainRouter(shop(), LocalClassifier(examples_of(shop()), None))
    ports = Ports(shop(), local, TenantLanguages(shop()), FixedClock(SATURDAY_NOON))
    return Contender(ports, local, "f" * 64, {"router": "local"}, previous)


def row(*history: str, text: str = "¿y cuánto?", **more: object) -> GoldRow:
    lines = [HistoryLine(role="assistant" if at % 2 else "customer", text=one) for at, one in enumerate(history)]
    given = {"id": "r", "scenario_id": "r", "lang": "es", "history": lines, "text": text, "lane": "commerce"}
    return GoldRow.model_validate(given | more)


async def test_a_row_is_met_after_its_history_in_the_lane_it_names() -> None:
    router = Remembering("info", "commerce")

    said = await contender(router).ask(row("hola", "Hola.", prev_lane="commerce"))

    request = router.asked[-1]
    assert said.label == "commerce"
    assert request.current_lane == "commerce"
    assert [(turn.text, turn.lane, turn.reply) for turn in request.turns[:-1]] == [("hola", "commerce", "Hola.")]
    assert request.turns[-1].lane is None


async def test_a_row_can_be_met_where_the_router_itself_had_gone() -> None:
    router = Remembering("support", "commerce")

    await contender(router, "own").ask(row("hola", "Hola.", prev_lane="commerce"))

    assert router.asked[-1].current_lane == "support"


async def test_after_a_handoff_a_person_has_the_conversation() -> None:
    router = Remembering("handoff")

    await contender(router).ask(row(prev_lane="handoff"))

    assert router.asked[0].handoff_open


def test_intents_that_the_tenant_does_not_have_are_named() -> None:
    rows = [row(intent="product_price"), row(intent="prices"), row(intent="oos"), row()]

    assert contender().strangers(rows) == ["prices"]


async def test_an_attachment_comes_as_one() -> None:
    router = Remembering("support")

    await contender(router).ask(row(text="", kind="media", tags=["voice"]))

    (part,) = router.asked[0].turns[-1].parts
    assert isinstance(part, MediaPart)
    assert part.kind == "voice"


async def test_the_gold_rows_are_run_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    rows = read_gold(str(GOLD))
    measured = contender()

    first = await run_gold(rows, measured, Answers(tmp_path, measured.fingerprint), repeat=2, concurrency=4)
    again = Answers(tmp_path, measured.fingerprint)
    second = await run_gold(rows, measured, again, repeat=2)

    assert first == second
    assert again.remembered == 2 * len(rows)
    assert [one.id for one in first] == [one.id for one in rows]
    assert all(one.again == [one.said.label] for one in first)
    assert sum(one.right for one in first) >= 8


async def test_a_row_that_fails_is_a_wrong_answer_and_is_not_remembered(tmp_path: Path) -> None:
    measured = contender(Remembering("info"))

    outcomes = await run_gold(
        [row(id="1", lane="info"), row(id="2", text="otra", lane="info")], measured, Answers(tmp_path, "f" * 64)
    )

    assert [one.right for one in outcomes] == [True, False]
    assert outcomes[1].said.failed
    assert Answers(tmp_path, "f" * 64).get(row(text="otra"), 0) is None


def test_an_answer_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    Answers(tmp_path, "f" * 64).put(row(), 0, Said(label="info"))
    (file,) = tmp_path.iterdir()
    with file.open("ab") as kept:
        kept.write(b'{"key": "ab')
    Answers(tmp_path, "f" * 64).put(row(), 1, Said(label="support"))

    kept_answers = Answers(tmp_path, "f" * 64)

    assert [kept_answers.get(row(), ordinal) for ordinal in (0, 1, 2)] == [
        Said(label="info"),
        Said(label="support"),
        None,
    ]


def test_an_answer_depends_on_what_was_asked_not_on_its_label(tmp_path: Path) -> None:
    answers = Answers(tmp_path, "f" * 64)
    answers.put(row(), 0, Said(label="info"))

    assert answers.get(row(lane="support", notes="relabelled"), 0)
    assert answers.get(row(text="other"), 0) is None
    assert Answers(tmp_path, "e" * 64).get(row(), 0) is None


def test_the_fingerprint_changes_with_any_file_and_any_setting(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("one")
    before = fingerprint_of([tmp_path], {"router": "local"})

    (tmp_path / "a.yaml").write_text("two")

    assert before != fingerprint_of([tmp_path], {"router": "local"})
    assert fingerprint_of([tmp_path], {}) != fingerprint_of([tmp_path], {"router": "local"})


def test_what_was_learned_is_measured_as_known() -> None:
    rows = [*ROWS, IntentRow(text="qwxz", intent="oos")]

    found = measure(examples_in(ROWS, "es", None, 1), rows, None, locale="es", tick=lambda: None)

    assert all(one.right for one in found.outcomes[:-1])
    assert found.outcomes[-1].outside
    assert found.outcomes[-1].said.out_of_scope > 0.5
    assert found.examples == len(ROWS)


def test_out_of_scope_rows_never_train() -> None:
    rows = [*ROWS, IntentRow(text="x", intent="oos")]

    assert {one.intent for one in examples_in(rows, "es", 2, 1)} == {one.intent for one in ROWS}


def test_with_several_labels_the_likeliest_must_be_one_of_them() -> None:
    rows = [LabelsRow(text=one.text, intents=[one.intent, "extra"]) for one in ROWS]

    found = measure(examples_in(ROWS, "es", None, 1), rows, None, locale="es", tick=lambda: None)

    assert all(one.right for one in found.outcomes)


class Scripted:
    """A trainer and scorer that keeps the lanes it was told it came from."""

    def __init__(self, *lanes: str) -> None:
        self.came_from: list[tuple[str, str | None]] = []
        self._lanes = lanes

    def fit(self, examples: Sequence[Labelled]) -> ContextScorer:
        return self

    def decide(self, text: str, last_bot: str, previous_lane: str | None) -> tuple[str, dict[str, float]]:
        self.came_from.append((last_bot, previous_lane))
        lane = self._lanes[len(self.came_from) - 1]
        return lane, {lane: 1.0}


def turn(number: int, domain: str, before: str | None, *history: tuple[str, str], dialogue: str = "d") -> DialogueRow:
    return DialogueRow.model_validate(
        {
            "dialogue": dialogue,
            "turn": number,
            "history": history,
            "text": "two of them",
            "domain": domain,
            "prev_domain": before,
            "kind": "continue",
        }
    )


def test_a_dialogue_is_followed_with_the_lanes_the_router_chose_itself() -> None:
    rows = [turn(2, "Food", "Food", ("S", "How many?")), turn(0, "Food", None), turn(4, "Taxi", "Food", ("S", "Else?"))]
    scripted = Scripted("Music", "Food", "Taxi", "Food")

    found = measure_dialogues([], [*rows, turn(0, "Food", None, dialogue="e")], scripted, lambda: None)

    assert scripted.came_from == [("", None), ("How many?", "Music"), ("Else?", "Food"), ("", None)]
    assert [one.right for one in found.outcomes] == [False, True, True, True]
    assert [one.kind for one in found.outcomes] == ["first", "continue", "switch", "first"]
    assert [one.tags for one in found.outcomes] == [[], ["short"], ["short"], []]


def test_a_router_learns_from_dialogues_in_their_order_whatever_order_the_file_has() -> None:
    rows = [turn(2, "Taxi", "Food", ("S", "Else?")), turn(0, "Food", None), turn(0, "Taxi", None, dialogue="e")]

    examples = dialogue_examples(rows, None, seed=1)
    lane, shares = OnDialogues(None).fit(examples).decide("whatever", "", "Food")

    assert [(one.dialogue, one.lane) for one in examples] == [("d", "Food"), ("d", "Taxi"), ("e", "Taxi")]
    assert shares[lane] == max(shares.values())


QUESTIONS = [Question("lane", "Where?", [Option("info", "questions"), Option("none")])]


class Paid:
    """A model that counts its calls."""

    calls = 0

    async def decide(self, prompt: Prompt, questions: Sequence[Question]) -> Decided:
        self.calls += 1
        verdict = Verdict("info", {"info": self.calls / 10})
        return Decided({"lane": verdict}, "m-1", Usage(10, 2, 0), cost_usd=0.001, ms=5.0)


async def test_a_recording_answers_as_the_model_did_each_time_it_was_asked(tmp_path: Path) -> None:
    paid, prompt = Paid(), Prompt("Route.", "hola", "router@1")
    recording = Cassette(tmp_path / "tape.jsonl", "openai:m", paid)
    first = [await recording.decide(prompt, QUESTIONS) for _ in range(2)]

    strict = Cassette(tmp_path / "tape.jsonl", "openai:m")
    replayed = [await strict.decide(prompt, QUESTIONS) for _ in range(2)]

    unnamed = await Cassette(tmp_path / "tape.jsonl", None).decide(prompt, QUESTIONS)

    assert [unnamed, replayed[1]] == replayed == first
    assert first[0] != first[1]
    assert paid.calls == 2


def test_a_tape_is_replayed_strictly_recorded_or_left_out(tmp_path: Path) -> None:
    paid, prompt, tape = Paid(), Prompt("Route.", "hola", "router@1"), tmp_path / "tape.jsonl"

    for wanted in (Wanted("hybrid", cassette=tape, calls="record"), Wanted("hybrid", cassette=tape)):
        decider = taped(paid, wanted)
        assert decider is not None
        asyncio.run(_answer(decider, prompt))

    assert paid.calls == 1
    assert taped(paid, Wanted("hybrid", cassette=tape, calls="live")) is paid
    assert taped(paid, Wanted("hybrid")) is paid


async def _answer(decider: Decider, prompt: Prompt) -> Decided:
    return await decider.decide(prompt, QUESTIONS)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [("openai:m", Prompt("Route!", "hola", "router@1")), ("openai:n", Prompt("Route.", "hola", "router@1"))],
)
async def test_an_unrecorded_call_is_an_error_that_says_how_to_record(
    model: str, prompt: Prompt, tmp_path: Path
) -> None:
    await Cassette(tmp_path / "tape.jsonl", "openai:m", Paid()).decide(Prompt("Route.", "hola", "router@1"), QUESTIONS)

    with pytest.raises(EvaluationError, match="router@1") as caught:
        await Cassette(tmp_path / "tape.jsonl", model).decide(prompt, QUESTIONS)
    assert "--calls record" in caught.value.hint
