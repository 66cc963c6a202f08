"""A session says in which language it begins."""

import pytest

from tests.desk import ports
from tests.unit.test_operator_routes import counter


@pytest.mark.parametrize(
    ("wanted", "begun"), [("en", "en"), ("en-GB", "en"), ("EN_us", "en"), ("xx", "es"), ("", "es"), (None, None)]
)
async def test_a_language_that_is_not_spoken_begins_in_the_first_one_and_says_so(
    wanted: str | None, begun: str | None
) -> None:
    async with counter(ports()) as (one, http):
        answer = await http.post("/v1/sessions", json={"locale": wanted})
        kept = await one.sessions.get(answer.json()["session_id"])

    assert answer.status_code == 201
    assert answer.json()["locale"] == begun
    assert kept is not None
    assert kept.locale == begun
