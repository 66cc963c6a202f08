"""What is wrong with a tenant's files, where, and what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one file.

    Attributes:
        severity: an error keeps the tenant from loading; a warning doesn't.
        file: relative to the tenant's folder.
        line: counted from 1.
        message: what is wrong.
        fix: what to write.
    """

    severity: Severity
    file: str
    line: int
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.fix}"


class TenantFilesError(Exception):
    """A tenant's files can't be used; `findings` says why, errors first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = sorted(findings, key=lambda finding: finding.severity != "error")
        others = sum(finding.severity == "error" for finding in findings) - 1
        more = f" (and {others} more)" if others > 0 else ""
        super().__init__(f"{self.findings[0]}{more}")


_PATTERNS: Final = {
    r"^[a-z][a-z0-9_]{0,47}$": "Use small letters without accents, digits and _, beginning with a letter: gift_cards.",
    r"^[a-z0-9][a-z0-9-]{0,63}$": "Use small letters without accents, digits and hyphens: gift-cards.",
    r"^[A-Z0-9][A-Z0-9-]{1,31}$": "Use capital letters, digits and hyphens: KET-RED-17.",
    r"^[A-Z]{3}$": "Write the currency's three letters: EUR.",
}
_LIST: Final = "Write a list: one item a line, each beginning with `- `."
_MAPPING: Final = "Write it as `name: value` lines, indented below its name."
_WHOLE: Final = "Write a whole number, without quotes, dots or commas."
_FIXES: Final = {
    "clock_time": 'Write hours and minutes in quotes: "09:30".',
    "one_answer": "Leave exactly one of `page:`, `text:` and `action:` under `answer:`.",
    "calendar_date": 'Write year, month and day in quotes: "2026-12-24".',
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "list_type": _LIST,
    "too_short": "Write at least one item.",
    "string_too_short": "Write a text here, or remove the line.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than_equal": "Write zero or a larger number.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
}


def explain(error: ErrorDetails, names: Sequence[str]) -> tuple[str, str]:
    """Return message and fix for one of pydantic's errors; `names` are the keys that the file may hold."""
    kind, place = error["type"], _place(error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else "file"
    if kind == "missing":
        return f"{place} is missing.", f"Add a line `{last}:` here."
    if kind == "extra_forbidden":
        return f"{place} is not a known name.", did_you_mean(last, names) or "Remove it or correct its spelling."
    return f"{place}: {_what(error)}", _fix(error, last)


def did_you_mean(written: str, known: Sequence[str]) -> str:
    """Return a sentence that proposes the known name closest to `written`, or nothing."""
    close = get_close_matches(written, known, n=1)
    return f"Did you mean `{close[0]}`?" if close else ""


def problems(error: ValidationError) -> list[ErrorDetails]:
    """Return pydantic's errors without addresses."""
    return error.errors(include_url=False)


def _place(loc: Sequence[str | int]) -> str:
    parts = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in loc if part != "[key]"]
    return f"`{' > '.join(parts)}`" if parts else "The file"


def _what(error: ErrorDetails) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] in {"dict_type", "model_type", "list_type"}:
        said = "Not what belongs here"
    return f"{said[:1].lower()}{said[1:]}; it says {_shown(error['input'])}."


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else f"{value!r:.60}"


def _fix(error: ErrorDetails, last: str) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_type":
        return _quoted(error["input"])
    if kind == "literal_error":
        return f"Write one of {context['expected']}."
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context["pattern"]), "Correct its spelling.")
    if kind == "value_error":
        zone = last == "timezone"
        return "Write a name such as Europe/Madrid." if zone else "Write a code such as es, en or pt_BR."
    return _FIXES.get(kind, "Correct the value.")


def _quoted(value: object) -> str:
    if value is None:
        return "Write a text here, or remove the line."
    if isinstance(value, list | dict):
        return "Write one text here; if it holds a colon, put it in quotes."
    return f'Put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}".'
