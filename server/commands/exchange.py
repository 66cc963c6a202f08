"""One message and its answer in the terminal, with the graph at work."""

from typing import Any

import orjson
from rich.console import Console
from rich.live import Live
from rich.markup import escape

from server.app import Laneway
from server.commands.view import decision_line, node_chip
from state.session import Session
from state.turn import Part


async def exchange(laneway: Laneway, session: Session, parts: list[Part], console: Console) -> list[dict[str, Any]]:
    """Send a message, show its answer, and return the turn's events."""
    seen = (await laneway.service.session(session.id)).events
    turn = await laneway.service.accept(session, parts)
    chips: dict[str, str] = {}
    told: list[dict[str, Any]] = []
    with laneway.hub.watch(session.id) as feed, Live(console=console, transient=True, refresh_per_second=30) as live:
        while True:
            for event in await laneway.service.events.read(session.id, seen):
                seen = event.seq
                body = orjson.loads(event.data)
                if event.turn != turn:
                    continue
                told.append(body)
                if chip := node_chip(body):
                    chips[body["node"]] = chip
                    live.update("  " + " → ".join(chips.values()), refresh=True)
                elif _print(console, body):
                    console.print("  " + " → ".join(chips.values()))
                    return told
            await feed.next()


def _print(console: Console, event: dict[str, Any]) -> bool:
    match event["type"]:
        case "route.decision":
            console.print(f"  [dim]{decision_line(event)}[/]")
        case "tool.end":
            console.print(f"  [magenta]⚙ {escape(event['tool'])}[/] [dim]{escape(event['outcome'])}[/]")
        case "message.final":
            console.print(escape(event["text"]))
            for choice in event["choices"]:
                console.print(f"  [cyan]▸ {escape(choice['title'])}[/]")
        case "turn.end" | "turn.cancelled":
            return True
    return False
