"""Which lines of an order come back already: the same thing comes back once, whoever asks for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, cast

from state.desk import Case, Draft
from state.errors import NotDoneError


class AlreadyReturnedError(NotDoneError):
    """A return of these lines is there already; nothing was recorded."""

    code: ClassVar[str] = "already_returned"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} returns it already.", hint="Look the return up instead of opening another.")
        self.number = number


def coming_back(cases: Iterable[Case]) -> Counter[str]:
    """Return how many of each SKU returns hold; those that were cancelled hold none."""
    held: Counter[str] = Counter()
    for case in cases:
        if case.status != "cancelled":
            held.update({str(line["sku"]): int(line["quantity"]) for line in _lines(case)})
    return held


def check_return(draft: Draft, before: Sequence[Case]) -> None:
    """Raise `AlreadyReturnedError` where more of a line would come back than was ordered.

    `before` are the returns of the same order. A line's `ordered` is how many were bought, its `quantity` without one.
    """
    held = coming_back(before)
    for line in _lines(draft):
        sku, wanted = str(line["sku"]), int(line["quantity"])
        if held[sku] and held[sku] + wanted > int(line.get("ordered", wanted)):
            raise AlreadyReturnedError(holding(before, sku).number)


def holding(cases: Iterable[Case], sku: str) -> Case:
    """Return the return that holds some of `sku`; one of `cases` does."""
    return next(case for case in cases if coming_back([case])[sku])


def _lines(of: Draft | Case) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", of.facts.get("lines", []))
