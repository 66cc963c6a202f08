"""Leave out of a plan what has the wrong shape, so that what else is wrong with it can be told as well."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from state.plan import Plan
from state.references import Where

_FIELD: Final = 3
"""How long the way to a step's field is: `steps`, its position, its name."""


def mended(data: object, wrong: Sequence[Where]) -> tuple[Plan, list[Where]] | None:
    """Return a plan without its wrong fields, and what must not be judged any more; None when too little is left."""
    if not isinstance(data, dict):
        return None
    rest: dict[str, Any] = deepcopy(data)
    gone = []
    for where in wrong:
        if where[:1] != ("steps",):
            rest.pop(str(where[0]) if where else "", None)
            gone.append(where[:1])
        elif len(where) >= _FIELD and isinstance(rest["steps"][where[1]], dict):
            rest["steps"][where[1]].pop(where[2], None)
            gone.append(where[:2] if where[2] == "for_each" else where[:_FIELD])
    try:
        return Plan.model_validate(rest), gone
    except ValidationError:
        return None


def is_within(where: Where, cut: Where) -> bool:
    """Tell whether a place is within another one."""
    return where[: len(cut)] == cut
