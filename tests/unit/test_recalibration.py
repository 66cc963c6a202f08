"""A model's own probability is worth what it turned out to be: fitted on gold rows, kept in a file, read at start."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from evals.data.reading import read_gold
from evals.errors import EvaluationError
from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Outcome, Said, Step
from evals.recalibrating import LEAST, fit_recalibrations
from evals.runs import Run
from nodes.models.scripted import ScriptedDecider
from nodes.ports import LocalScores, RouteRequest
from nodes.routers.chain import ChainRouter
from nodes.routers.model import AskModel
from nodes.routers.recalibration import SUREST, Recalibration
from prompts.versions import BUNDLED, Prompts
from server.commands.evaluate.recalibrating import recalibrate
from server.recalibrations import keep_recalibrations, read_recalibrations, recalibrations_in
from server.settings import Settings
from state.decision import RouterDecision
from state.errors import InvalidInputError
from state.ids import MessageId, TurnId
from state.turn import TextPart, Turn
from tests.desk import demo

GOLD = Path(__file__).parents[1] / "fixtures" / "gold.jsonl"
KEY = ("router@1#ab", "openai:small")


def answered(own: float, *, right: bool, number: int, outside: bool = False) -> Outcome:
    step = Step(
        name="model", fired=True, reason="", lane="support", own=own, prompt_version=KEY[0], model=KEY[1],
        outcome="out_of_scope" if outside else "routed",
    )  # fmt: skip
    gold = "support" if right else "commerce"
    said = Said(label="support", chain=[step])
    return Outcome(id=f"r{number}", group=f"s{number}", text="", gold=gold, said=said)


def boasting(rows: int, worth: float) -> list[Outcome]:
    """Return a model's answers that it is 97 % to 99.9 % sure of, and of which a `worth` is right."""
    draw = np.random.default_rng(7)
    return [
        answered(float(own), right=bool(hit < worth), number=number)
        for number, (own, hit) in enumerate(zip(draw.uniform(0.97, 0.999, rows), draw.random(rows), strict=True))
    ]


def test_a_model_that_boasts_is_taken_for_as_sure_as_it_is_right() -> None:
    [found] = fit_recalibrations(boasting(400, 0.8))

    assert (found.prompt, found.model, found.rows, found.better) == (*KEY, 400, True)
    assert found.recalibration.of(0.99) == pytest.approx(0.8, abs=0.05)
    assert found.after < found.before / 2


def test_a_model_that_knows_how_sure_it_is_is_nearly_taken_at_its_word() -> None:
    draw = np.random.default_rng(3)
    said = draw.uniform(0.2, 0.95, 2000)
    rows = [answered(float(p), right=bool(draw.random() < p), number=n) for n, p in enumerate(said)]

    [found] = fit_recalibrations(rows)

    assert [found.recalibration.of(p) for p in (0.3, 0.6, 0.9)] == pytest.approx([0.3, 0.6, 0.9], abs=0.05)


def test_a_model_that_is_surest_when_it_is_wrong_is_as_sure_of_everything() -> None:
    rows = [answered(0.9 if n % 2 else 0.6, right=not n % 2, number=n) for n in range(100)]

    [found] = fit_recalibrations(rows)

    assert found.recalibration.of(0.6) == found.recalibration.of(0.9) == pytest.approx(0.5, abs=0.02)


def test_few_answers_fit_nothing() -> None:
    assert fit_recalibrations(boasting(LEAST - 1, 0.8)) == []


def test_a_word_of_none_is_right_only_where_nothing_covers_the_row() -> None:
    [found] = fit_recalibrations([answered(0.9, right=True, number=n, outside=True) for n in range(LEAST)])

    assert found.recalibration.of(0.9) < 0.5


def test_without_a_fit_a_models_word_stands_up_to_a_cap() -> None:
    assert [Recalibration().of(said) for said in (0.4, 0.96, 1.0)] == [0.4, 0.96, SUREST]


def test_what_was_kept_is_read_again_and_what_is_no_better_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "recalibrations" / "demo.json"
    other = ("router@2#cd", "openai:small")

    keep_recalibrations(path, {KEY: Recalibration(0.5, -1.0), other: Recalibration(0.7, 0.1)})
    keep_recalibrations(path, {other: None})

    assert read_recalibrations(path) == {KEY: Recalibration(0.5, -1.0)}
    assert read_recalibrations(tmp_path / "none.json") == {}


@pytest.mark.parametrize("text", ["{", '[{"prompt": "router@1"}]', '[{"prompt": "a", "model": "b", "slope": -1}]'])
def test_a_file_that_was_damaged_is_named_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "demo.json"
    path.write_text(text)

    with pytest.raises(InvalidInputError, match=r"demo\.json") as refused:
        read_recalibrations(path)

    assert "Delete it" in str(refused.value.hint)


def run_of(outcomes: list[Outcome]) -> Run:
    about = {"set": str(GOLD), "tenant": "demo", "router": "hybrid"}
    return Run(id="r", created="", mode="tenant", about=about, figures=figures_of(outcomes, Costs()), outcomes=outcomes)


def test_a_run_says_what_a_models_word_is_worth_and_keeps_it_only_when_asked(tmp_path: Path) -> None:
    settings, said = Settings.load(data_dir=tmp_path), io.StringIO()
    run, path = run_of(boasting(100, 0.7)), recalibrations_in(tmp_path, "demo")

    recalibrate(Console(file=said, width=300), settings, run, keep=False)
    shown = read_recalibrations(path)
    recalibrate(Console(file=said, width=300), settings, run, keep=True)

    assert shown == {}
    assert list(read_recalibrations(path)) == [KEY]
    assert "The same with --recalibrate" in said.getvalue()
    assert str(path) in said.getvalue()


def test_rows_of_the_test_part_are_never_fitted_on(tmp_path: Path) -> None:
    held = [row.id for row in read_gold("demo") if row.split == "test"]
    rows = [one.model_copy(update={"id": name}) for one, name in zip(boasting(100, 0.7), held, strict=False)]
    run = run_of(rows).model_copy(update={"about": {"set": "demo", "tenant": "demo"}})

    with pytest.raises(EvaluationError, match="fewer than 30"):
        recalibrate(Console(file=io.StringIO()), Settings.load(data_dir=tmp_path), run, keep=True)


class Unsure:
    def scores(self, text: str, locale: str) -> LocalScores:
        return LocalScores({"return_item": 0.3, "product_search": 0.3}, similarity=0.7, nearest=[], out_of_scope=0.1)


async def routed(models: Sequence[str]) -> RouterDecision:
    prompt = Prompts(BUNDLED).get("router@1")
    worth = {(prompt.reference, name): Recalibration(0.5, -1.0) for name in models}
    decider = ScriptedDecider([{"intent": "product_search"}], sure=0.98, model="openai:small")
    router = ChainRouter(demo(), Unsure(), model=AskModel(demo(), decider, lambda _: prompt, worth))
    turn = Turn(TurnId("t1"), MessageId("m1"), 1, [TextPart("lo de la olla")], "lo de la olla", "es")
    return await router.decide(RouteRequest([turn]))


async def test_the_router_takes_a_model_for_as_sure_as_was_fitted_for_its_prompt() -> None:
    decision = await routed(["openai:small"])

    assert decision.confidence == pytest.approx(Recalibration(0.5, -1.0).of(0.98))
    assert decision.chain[-1].own == pytest.approx(0.98)


async def test_what_was_fitted_for_another_model_says_nothing_of_this_one() -> None:
    decision = await routed(["anthropic:large"])

    assert decision.confidence == SUREST
