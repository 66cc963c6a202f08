"""A run must reach what a file asks of it: for CI."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree as ET

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.compare import compare
from evals.errors import EvaluationError
from evals.metrics.paired import ALPHA
from evals.runs import Run


class NoRegression(BaseModel):
    """Ask that no change for the worse against a baseline is significant at `alpha`, in all and in any label."""

    model_config = ConfigDict(extra="forbid")

    alpha: Annotated[float, Field(gt=0, lt=1)] = ALPHA


class Gates(BaseModel):
    """A gate file: figures by their path, such as `accuracy`, `classes.support.recall`, `slices.language.es.low`."""

    model_config = ConfigDict(extra="forbid")

    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}
    no_regression: NoRegression | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing asked of a run."""

    name: str
    passed: bool
    says: str


def read_gates(path: Path) -> Gates:
    """Return a gate file; raises `EvaluationError`."""
    try:
        gates = Gates.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise EvaluationError(f"{path} can't be read: {error.strerror}.", hint="Give a gate file in YAML.") from error
    except yaml.YAMLError as error:
        raise EvaluationError(f"{path} is not YAML: {error}.", hint="docs/evals.md shows a gate file.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EvaluationError(
            f"{path}: {field or 'the file'}: {first['msg']}.", hint="It has at_least, at_most and no_regression."
        ) from error
    if not (gates.at_least or gates.at_most or gates.no_regression):
        raise EvaluationError(f"{path} asks for nothing.", hint="It has at_least, at_most and no_regression.")
    return gates


def check(run: Run, gates: Gates, baseline: Run | None = None) -> list[Check]:
    """Return every check; raises `EvaluationError` for a figure that the run doesn't have."""
    found = [_bound(run, name, bound, least=True) for name, bound in gates.at_least.items()]
    found += [_bound(run, name, bound, least=False) for name, bound in gates.at_most.items()]
    if baseline is not None:
        found += _regressions(run, baseline, (gates.no_regression or NoRegression()).alpha)
    return found


def junit(checks: Sequence[Check], run: Run) -> bytes:
    """Return the checks as a JUnit file."""
    failed = sum(not one.passed for one in checks)
    suite = ET.Element("testsuite", name="laneway eval gate", tests=str(len(checks)), failures=str(failed))
    for one in checks:
        case = ET.SubElement(suite, "testcase", classname=run.id, name=one.name)
        if not one.passed:
            ET.SubElement(case, "failure", message=one.says)
    written: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written


def _bound(run: Run, name: str, bound: float, *, least: bool) -> Check:
    value = _figure(run, name)
    passed = value >= bound if least else value <= bound
    asked = f"at {'least' if least else 'most'} {bound:g}"
    return Check(name, passed, f"{name} is {value:.4g}, asked for {asked}")


def _figure(run: Run, path: str) -> float:
    at: object = run.figures.model_dump(mode="python")
    for part in path.split("."):
        if not isinstance(at, dict) or part not in at:
            known = [str(key) for key in at] if isinstance(at, dict) else []
            near = get_close_matches(part, known, 1) or known[:8]
            raise EvaluationError(
                f"The run has no figure {path!r}: {part!r} is not there.", hint=f"There is: {', '.join(near)}."
            )
        at = at[part]
    if not isinstance(at, int | float):
        raise EvaluationError(
            f"{path!r} was not measured in this run, or is no number.",
            hint="Leave the gate out, or run a set that measures it.",
        )
    return float(at)


def _regressions(run: Run, baseline: Run, alpha: float) -> list[Check]:
    found = compare(baseline, run)
    worse = len(found.broken) > len(found.fixed) and found.p < alpha
    checks = [Check("no regression", not worse, found.sentence)]
    for one in found.labels:
        lost = one.broken > one.fixed and one.p_holm < alpha
        says = f"{one.label}: {one.fixed} fixed, {one.broken} broken (p = {one.p_holm:.2g} after Holm)"
        checks.append(Check(f"no regression in {one.label}", not lost, says))
    return checks
