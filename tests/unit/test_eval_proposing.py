"""The router's own thresholds are proposed from a run and a table of costs, and a tenant may set them."""

from dataclasses import fields
from typing import get_args

import numpy as np
import pytest

from evals.figures import figures_of
from evals.metrics.risk import Costs
from evals.outcome import Outcome, Said, Step
from evals.proposing import Setting, propose_settings
from evals.report.headline import proposals
from evals.runs import Run
from nodes.routers.thresholds import Thresholds, thresholds_of
from prompts.tenant import Threshold
from tests.desk import demo

NOW = Thresholds()


def row(number: int, share: float, *, right: bool) -> Outcome:
    step = Step(name="local", fired=share >= NOW.lane, reason="", lane="info", confidence=share)
    gold = "info" if right else "support"
    return Outcome(id=f"r{number}", group=f"s{number}", text="", gold=gold, said=Said(label="info", chain=[step]))


def cut_at(share: float, rows: int = 300) -> list[Outcome]:
    """Return rows that are right from a lane's `share` on and wrong below it."""
    shares = np.linspace(0.3, 1.0, rows)
    return [row(number, float(one), right=bool(one >= share)) for number, one in enumerate(shares)]


def by_name(found: list[Setting]) -> dict[str, Setting]:
    return {one.name: one for one in found}


def test_the_threshold_that_parts_right_from_wrong_is_proposed() -> None:
    found = by_name(propose_settings(cut_at(0.7), Costs(), NOW))

    assert [one.proposed for one in found.values()] == pytest.approx([0.7, 0.7], abs=0.01)
    assert (found["lane"].left_now, found["lane"].spared) == (0, found["lane"].left)
    assert not found["lane"].settled


def test_where_asking_is_dear_nothing_is_left_to_it() -> None:
    found = by_name(propose_settings(cut_at(0.7), Costs(wrong=1.0, ask=5.0, model=5.0), NOW))

    assert found["lane"].settled
    assert found["sure"].left == 0


def test_what_was_turned_away_or_close_is_not_decided_by_a_threshold() -> None:
    away = [one.model_copy(update={"said": Said(label="info", chain=[_silent()])}) for one in cut_at(0.7, 100)]

    assert propose_settings(away, Costs(), NOW) == []


def _silent() -> Step:
    return Step(name="local", fired=False, reason="two lanes are close", lane="info", confidence=0.45)


def test_a_run_says_what_a_threshold_would_change_and_where_it_is_set() -> None:
    outcomes = cut_at(0.7)
    figures = figures_of(outcomes, Costs())
    figures = figures.model_copy(update={"thresholds": propose_settings(outcomes, Costs(), NOW)})
    run = Run(id="r", created="", mode="tenant", about={}, figures=figures, outcomes=outcomes)

    said = proposals(Run.model_validate_json(run.as_json()))

    assert any("`lane`: 0.70" in one and "fewer wrong answers" in one for one in said)
    assert "thresholds: {lane: 0.70, sure: 0.70}" in said[-1]


def test_a_tenant_sets_its_own_thresholds_and_keeps_the_other_defaults() -> None:
    shop = demo()
    profile = shop.profile.model_validate({**shop.profile.model_dump(), "thresholds": {"sure": 0.8}})

    found = thresholds_of(shop.model_copy(update={"profile": profile}))

    assert (found.sure, found.lane) == (0.8, NOW.lane)


def test_every_threshold_can_be_set() -> None:
    assert set(get_args(Threshold)) == {field.name for field in fields(Thresholds)}
