"""Tasks of a `for_each` are called by their items."""

import pytest
from pydantic import JsonValue

from nodes.agents.ports import StepContext
from nodes.plans.labels import title_of
from state.plan import Step
from state.plan_events import TaskCreated
from tests.plans import in_virtual_time, ran


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("duties", "Look: duties"),
        (2.5, "Look: 2.5"),
        ({"title": "", "name": "Part  one"}, "Look: Part one"),
        ({"id": 7}, "Look: 7"),
        ({"text": "no name"}, "Look [3]"),
        ({"title": {"es": "x"}}, "Look [3]"),
        (None, "Look [3]"),
        (True, "Look [3]"),
        ("", "Look [3]"),
        ("x" * 50, f"Look: {'x' * 39}…"),
    ],
)
def test_an_item_is_called_by_what_it_calls_itself(item: JsonValue, title: str) -> None:
    step = Step(id="look", title="Look", agent="a", action="b")

    assert title_of(step, item, 3) == title


def test_a_run_tells_its_items_names() -> None:
    async def does(_: str, given: dict[str, JsonValue], __: StepContext) -> JsonValue:
        return given["say"]

    run = ran({"steps": [{"id": "each", "for_each": ["figures", "duties"], "input": {"say": "${item}"}}]}, does)

    in_virtual_time(run.go)

    assert run.journal.tasks["each[1]"].title == "each: duties"
    assert [one.title for one in run.events if isinstance(one, TaskCreated)] == ["", "each: figures", "each: duties"]
