"""What somebody is told whose input doesn't fit: which fields there are."""

from typing import Any

import pytest
from pydantic import ValidationError

from nodes.agents.learning.profile import ProfileInput
from nodes.agents.refusing import refusal
from nodes.agents.site.auditor import AuditInput

MARTA = {"id": "marta", "course": "english-in-the-shop"}


def refused(model: Any, given: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)
    return refusal(model, caught.value)


@pytest.mark.parametrize(
    ("given", "wrong", "hint"),
    [
        ({"learner": MARTA | {"spoken": "es"}}, "learner.spoken: there is no such field", "course, minutes, interests"),
        ({"learner": MARTA, "extra": 1}, "extra: there is no such field", "There are: learner."),
        ({"learner": {"id": "marta"}}, "learner.course: it is missing", "id, name, course"),
        ({"learner": "marta"}, "learner: it should be a mapping", "Give one with id"),
        ({"learner": MARTA | {"answers": [{"topic": "x", "wrong": 1}]}}, "learner.answers.0.", "topic, right"),
        ({"learner": MARTA | {"minutes": 1}}, "learner.minutes: Input should be", "Correct"),
        ("marta", "input: it should be a mapping", "learner"),
    ],
)
def test_a_refusal_names_the_fields_that_there_are(given: Any, wrong: str, hint: str) -> None:
    said, fix = refused(ProfileInput, given)

    assert wrong in said
    assert hint in fix


def test_a_runs_id_in_place_of_a_site_is_told_what_a_site_is() -> None:
    said, _ = refused(AuditInput, {"site": "run_0123"})

    assert said.startswith("site: give the whole `site` of a run's output")
