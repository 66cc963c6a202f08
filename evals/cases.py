"""Rows as cases of pydantic-evals, which runs them: at once, again, and on when one fails.

The only module that needs it, so that all else works without.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from pydantic_evals import Case, Dataset

from evals.data.rows import GoldRow
from evals.outcome import Said


async def run_cases(
    rows: Sequence[GoldRow],
    ask: Callable[[GoldRow], Awaitable[Said]],
    *,
    name: str,
    repeat: int,
    concurrency: int,
    progress: bool,
) -> dict[str, list[Said]]:
    """Return what was said to each row, by its id, `repeat` times; an error is an answer that failed."""
    dataset: Dataset[GoldRow, Said, None] = Dataset(name=name, cases=[Case(name=row.id, inputs=row) for row in rows])
    report = await dataset.evaluate(
        ask, name=name, task_name=name, max_concurrency=concurrency, progress=progress, repeat=repeat
    )
    found: dict[str, list[Said]] = defaultdict(list)
    for case in report.cases:
        found[case.source_case_name or case.name].append(case.output)
    for failure in report.failures:
        found[failure.source_case_name or failure.name].append(Said(label="(failed)", failed=failure.error_message))
    return found
