"""What is wrong with a request is said in words for whoever sent it."""

import orjson
import pytest

from graphs.plan_checks import read_plan
from server.body import parse
from server.routes.conversations import NewMessage
from state.errors import InvalidInputError
from state.plan_errors import PlanError


@pytest.mark.parametrize("part", [{"type": "text"}, {"kind": "foo"}, {"kind": 3}, {"kind": ["text"]}])
def test_a_part_of_no_kind_is_told_which_kinds_there_are(part: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="part 1 needs a `kind`: one of text, image, audio") as refused:
        parse(orjson.dumps({"parts": [{"kind": "text", "text": "hola"}, part]}), NewMessage)

    assert "discriminator" not in str(refused.value)


@pytest.mark.parametrize(("body", "said"), [({"parts": "x"}, "a list"), ({"parts": [3]}, "a JSON object")])
def test_a_shape_is_named_as_json_names_it(body: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        parse(orjson.dumps(body), NewMessage)


def test_steps_of_a_plan_that_are_no_list_are_told_so() -> None:
    with pytest.raises(PlanError) as refused:
        read_plan({"id": "x", "steps": "x"})

    assert [(one.path, one.message) for one in refused.value.findings] == [("steps", "Input should be a list.")]
