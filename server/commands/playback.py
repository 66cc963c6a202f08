"""`laneway chat --script`: a scripted dialogue where it can be seen, with what came of it."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape

from server.app import Laneway
from server.commands.exchange import exchange
from server.script import Answered, Line, Script, ordered, tapped, tool_line, unmet
from state.conversation import Choice
from state.turn import Part, TextPart


async def play(laneway: Laneway, scripts: Iterable[Script], console: Console) -> int:
    """Play dialogues, each in a session of its own; return how many expectations were not met.

    Raises:
        InvalidInputError: a line taps what can't be tapped.
    """
    missed = 0
    for script in scripts:
        session = await laneway.service.session(await laneway.service.start_session("cli"))
        console.rule(f"{escape(script.name)} [dim]{session.id}[/]", align="left")
        choices: list[Choice] = []
        for line in script.lines:
            part = _part(line, choices)
            console.print(f"\n[bold]›[/] {escape(_shown(line))}")
            events = await exchange(laneway, session, [part], console)
            wrong = unmet(line, _answered(events))
            choices = _choices(events)
            for one in wrong:
                console.print(f"  [red]✗ {escape(one)}[/]")
            if not wrong:
                console.print("  [green]✓ as expected[/]")
            missed += len(wrong)
    return missed


def _part(line: Line, choices: list[Choice]) -> Part:
    if line.customer:
        return TextPart(line.customer)
    return ordered(line.order) if line.order else tapped(line.tap, choices)


def _shown(line: Line) -> str:
    return line.customer or f"[{line.tap or 'cart'}]"


def _choices(events: list[dict[str, Any]]) -> list[Choice]:
    return [
        Choice(one["id"], one["title"])
        for event in events
        if event["type"] == "message.final"
        for one in event["choices"]
    ]


def _answered(events: list[dict[str, Any]]) -> Answered:
    decision: dict[str, Any] = next((event for event in events if event["type"] == "route.decision"), {})
    return Answered(
        text="\n".join(event["text"] for event in events if event["type"] == "message.final"),
        choices=[choice.title for choice in _choices(events)],
        lane=decision.get("lane"),
        intent=decision.get("intent"),
        tools=[tool_line(event["tool"], event["outcome"]) for event in events if event["type"] == "tool.end"],
    )
