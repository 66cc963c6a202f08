"""Events as lines in a terminal: one fold for the live chat and for what is over."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.markup import escape

LABELS = {
    "build_turn": "reading",
    "route_intent": "routing",
    "compose": "writing",
    "send_response": "sending",
}


def node_chip(event: dict[str, Any]) -> str | None:
    """Return a node's state as a few marked-up words; None for other events."""
    name = escape(str(event.get("node", "")))
    match event["type"]:
        case "node.start":
            return f"[yellow]◐ {name}[/]"
        case "node.retry":
            return f"[yellow]◐ {name} ×{event['attempt']}[/]"
        case "node.end":
            return f"[green]✓ {name}[/] [dim]{event['ms']:.1f} ms[/]"
        case "node.error":
            return f"[red]! {name}[/] [dim]{escape(event['code'])}[/]"
        case _:
            return None


def turn_lines(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what was said, the path each turn took, and its decision."""
    shown = list(events)
    arrived = {(event["turn"], event["ordinal"]): event for event in shown if event["type"] == "send.result"}
    path: list[str] = []
    for event in shown:
        match event["type"]:
            case "turn.start":
                path = []
                yield f"\n[bold]›[/] {escape(event['text'])}"
            case "node.end" | "node.error":
                path.append(node_chip(event) or "")
            case "route.decision":
                yield f"  [dim]{decision_line(event)}[/]"
            case "message.final":
                yield escape(event["text"])
                sent = arrived.get((event["turn"], event["ordinal"]))
                if sent and (sent["outcome"] != "sent" or sent.get("ref")):  # on the chat there is nothing to deliver
                    yield delivery_line(sent)
            case "turn.end":
                yield f"  [dim]{' → '.join(path)}   {escape(event['status'])} in {event['ms']:.1f} ms[/]"
            case _:
                continue


def delivery_line(event: dict[str, Any]) -> str:
    """Return how far an answer got."""
    outcome, code = event["outcome"], event.get("code")
    mark = {"sent": "✓", "delivered": "✓✓", "read": "[blue]✓✓[/]", "failed": "[red]![/]"}.get(outcome, "[yellow]…[/]")
    return f"  {mark} [dim]{escape(outcome)}{escape(f', {code}') if code else ''}[/]"


def decision_line(event: dict[str, Any]) -> str:
    """Return a route decision in a sentence."""
    intent = event.get("intent") or "no intent"
    return f"{escape(event['lane'])} / {escape(intent)} {event['confidence']:.2f}: {escape(event['reason'])}"
