"""Run a contender over gold rows: answers are remembered, so a run that was cut short goes on where it was."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from typing import Protocol, cast

from evals.answers import Answers
from evals.data.rows import GoldRow
from evals.errors import EvaluationError
from evals.outcome import Outcome, Said
from evals.tenant import Contender, outcome

Ask = Callable[[GoldRow], Awaitable[Said]]


class _Cases(Protocol):
    async def run_cases(
        self, rows: Sequence[GoldRow], ask: Ask, *, name: str, repeat: int, concurrency: int, progress: bool
    ) -> dict[str, list[Said]]: ...


async def run_gold(
    rows: Sequence[GoldRow],
    contender: Contender,
    answers: Answers,
    *,
    repeat: int = 1,
    concurrency: int = 1,
    progress: bool = False,
) -> list[Outcome]:
    """Return an outcome a row.

    Raises:
        EvaluationError: pydantic-evals is not installed; or a model's answer is not in the recording, and only recorded
            ones may be used.
    """
    cases = _library()
    asked: Counter[str] = Counter()
    missing: list[EvaluationError] = []

    async def ask(row: GoldRow) -> Said:
        ordinal = asked[row.id]
        asked[row.id] += 1
        said = answers.get(row, ordinal)
        if said is None:
            try:
                said = await contender.ask(row)
            except EvaluationError as error:
                missing.append(error)
                raise
            answers.put(row, ordinal, said)
        return said

    said = await cases.run_cases(
        rows, ask, name=contender.about["router"], repeat=repeat, concurrency=concurrency, progress=progress
    )
    if missing:
        raise missing[0]
    return [outcome(row, said[row.id]) for row in rows]


def _library() -> _Cases:
    """Import what runs cases: it takes most of a second, which no other command should wait for."""
    try:
        return cast("_Cases", import_module("evals.cases"))
    except ModuleNotFoundError as error:
        raise EvaluationError(
            f"Running a set needs {error.name}, which is not installed.",
            hint="`make setup` installs it; elsewhere: pip install 'laneway[evals]'.",
        ) from error
