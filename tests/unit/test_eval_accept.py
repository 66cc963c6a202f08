"""A row that people would honestly label differently is right with any of its answers, wherever it is counted."""

from typing import Final

import pytest

from evals.compare import compare
from evals.data.rows import GoldRow
from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Outcome, Said, Step
from evals.proposing import propose_settings
from evals.recalibrating import fit_recalibrations
from evals.report import comparison_markdown, markdown, page
from evals.tenant import Contender, outcome
from evals.trained import examples_in, measure
from nodes.languages import TenantLanguages
from nodes.ports import Ports
from nodes.routers import ChainRouter, LocalClassifier, examples_of
from nodes.routers.thresholds import Thresholds
from tests.desk import SATURDAY_NOON, FixedClock
from tests.evaluations import run_of, told
from tests.fakes import shop

ROW: Final = GoldRow.model_validate(
    {
        "id": "r",
        "scenario_id": "r",
        "lang": "en",
        "text": "four plates, make it eight",
        "lane": "commerce",
        "intent": "product_search",
        "accept": [{"lane": "support", "intent": "return_item"}],
    }
)


def answered(lane: str, intent: str, number: int = 0) -> Outcome:
    step = Step(name="local", fired=True, reason="", lane=lane, confidence=0.9)
    row = ROW.model_copy(update={"id": f"r{number}", "scenario_id": f"r{number}"})
    return outcome(row, [Said(label=lane, intent=intent, confidence=0.9, chain=[step])])


def test_any_of_its_answers_is_right_in_lane_and_intent() -> None:
    outcomes = [
        answered("commerce", "product_search"),
        answered("support", "return_item"),
        answered("info", "greeting"),
    ]

    figures = figures_of(outcomes, Costs())

    assert figures.accuracy == figures.intent_accuracy == pytest.approx(2 / 3)
    assert ("commerce", "info", 1) in figures.confusions
    assert figures.classes["support"].precision == 1.0
    assert figures.intent_classes["return_item"].recall == 1.0


def test_an_intent_that_it_does_not_accept_is_wrong_in_a_lane_that_it_does() -> None:
    one = answered("support", "order_status")

    assert one.right
    assert not one.intent_right


def test_reports_name_all_its_answers() -> None:
    run = run_of([answered("info", "greeting")])

    assert "commerce or support</b> product_search or return_item; said" in page(run)
    assert "| commerce or support | info |" in markdown(run)


def test_a_flip_names_all_its_answers() -> None:
    found = compare(run_of([answered("info", "greeting")]), run_of([answered("support", "return_item")]))

    assert "| commerce or support | info | support |" in comparison_markdown(found)


def test_rows_that_accept_something_else_by_now_are_left_out_of_a_comparison() -> None:
    before, kept = told("r0", "commerce", "support", text=ROW.text), told("1", "info", "info")

    found = compare(run_of([before, kept]), run_of([answered("support", "return_item"), kept]))

    assert (found.rows, found.left_out, found.fixed) == (1, 1, [])


def test_thresholds_count_an_accepted_lane_as_right() -> None:
    outcomes = [answered("support", "return_item", number) for number in range(60)]

    found = propose_settings(outcomes, Costs(), Thresholds())

    assert [one.spared for one in found] == [0, 0]


def test_a_model_that_finds_an_accepted_lane_is_as_right_as_it_says() -> None:
    said = {"own": 0.9, "prompt_version": "router@1", "model": "openai:small"}
    outcomes = [
        one.model_copy(update={"said": one.said.model_copy(update={"chain": [step.model_copy(update=said)]})})
        for number in range(60)
        for one in [answered("support", "return_item", number)]
        for step in one.said.chain
    ]

    [found] = fit_recalibrations(outcomes)

    assert found.recalibration.of(0.9) >= 0.9


def test_a_classifier_trained_on_a_file_may_find_either_intent() -> None:
    found = measure(examples_in([ROW], "en", None, 1), [ROW], None, locale="en", tick=lambda: None)

    assert found.outcomes[0].labels == ["product_search", "return_item"]
    assert found.outcomes[0].right


def test_an_accepted_intent_that_the_tenant_does_not_have_is_named() -> None:
    misspelt = GoldRow.model_validate(ROW.model_dump() | {"accept": [{"lane": "support", "intent": "returns"}]})
    local = ChainRouter(shop(), LocalClassifier(examples_of(shop()), None))
    measured = Contender(Ports(shop(), local, TenantLanguages(shop()), FixedClock(SATURDAY_NOON)), local, "f" * 64, {})

    assert measured.strangers([ROW, misspelt]) == ["returns"]
