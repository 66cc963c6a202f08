"""A ticket, a return or a handoff in the terminal, with all that was said."""

from typing import Final

from rich.console import Console

from server.commands.known import known_of
from server.commands.operating import shop_time
from server.desk import Handed
from state.desk import Case

OWING: Final = frozenset({"requested", "review"})
"""Statuses of a return in which what it needs of the team isn't done with."""


def print_story(handed: Handed, zone: str) -> None:
    """Print who asks, what is known, the conversation and the story."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(_headline(handed.case), style="bold")
    if handed.case.order:
        console.print(f"  order: {handed.case.order}")
    done = handed.case.status not in OWING
    for line in known_of({key: value for key, value in handed.case.facts.items() if not (done and key == "needs")}):
        console.print(f"  {line}")
    for when, line in _lines(handed):
        console.print(f"  {shop_time(when, zone)}  {line}")


def _headline(case: Case) -> str:
    who = f", {case.operator}'s" if case.operator else ""
    return f"{case.number}  {case.status.replace('_', ' ')}{who}, {case.origin.channel}, {case.origin.session}"


def _lines(handed: Handed) -> list[tuple[int, str]]:
    """Return the conversation, and what only the story has, in order of time."""
    turns = {one.turn.id for one in handed.turns}
    lines: list[tuple[int, str]] = []
    for one in handed.turns:
        files = " ".join(f"[{part.kind}]" for part in one.turn.parts if part.kind not in {"text", "desk"})
        said = f"{one.turn.text} {files}".strip()
        lines += [(one.turn.at, f"customer: {said}")] if said else []
        author = next((part.operator for part in one.turn.parts if part.kind == "desk" and part.operator), "assistant")
        lines += [(one.ended, f"{author}: {one.turn.reply}")] if one.turn.reply else []
    for entry in handed.story:
        if entry.key not in turns:
            lines.append((entry.at, f"({entry.kind}{f', {entry.author}' if entry.author else ''}) {entry.text}"))
    return sorted(lines, key=lambda line: line[0])
