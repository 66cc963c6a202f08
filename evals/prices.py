"""The cost table that thresholds are proposed from, as it is given."""

from dataclasses import fields
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from evals.errors import EvaluationError
from evals.metrics.risk import Costs


def read_costs(given: str | None) -> Costs:
    """Return `wrong=5,ask=1,model=0.2` or a YAML file of the same; what is left out has its default.

    Raises:
        EvaluationError: a name or a number is wrong.
    """
    if not given:
        return Costs()
    try:
        return TypeAdapter(Costs).validate_python(_table(given))
    except (ValueError, yaml.YAMLError) as error:
        raise EvaluationError(
            f"The costs {given!r} can't be understood.",
            hint="Write wrong=5,ask=1,model=0.2,model_right=0.95, or a YAML file with these names; nothing is below 0, "
            "and model_right is at most 1.",
        ) from error


def _table(given: str) -> dict[str, str]:
    path = Path(given)
    if path.is_file():
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    else:
        table = dict(pair.split("=") for pair in given.replace(" ", "").split(","))
    if not isinstance(table, dict) or set(table) - {field.name for field in fields(Costs)}:
        raise ValueError(given)
    return table
