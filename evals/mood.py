"""How well the rules notice a customer who has had enough: `python -m evals.mood`, on the demo gold set.

There is no gold for anger. Complaints stand in for it, everything else that isn't a wish for a person for its absence:
many complaints are calm, so that the share found is a lower bound, and the share of the others is what it disturbs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson
import typer

from nodes.lanes.helping.mood import has_had_enough

_SET: Final = Path(__file__).with_name("datasets") / "demo"
_LEFT_OUT: Final = frozenset({"talk_to_person", "back_to_bot"})


def main() -> None:
    """Print what the rules find among complaints and among other messages, by language."""
    rows = [orjson.loads(line) for file in sorted(_SET.glob("*.jsonl")) for line in file.read_text().splitlines()]
    for lang in ("es", "en"):
        mine = [row for row in rows if row.get("lang") == lang]
        angry = [row["text"] for row in mine if row.get("intent") == "complaint"]
        others = [row["text"] for row in mine if row.get("intent") not in _LEFT_OUT | {"complaint"}]
        typer.echo(f"{lang}: {_found(angry)} of complaints, {_found(others)} of the rest")


def _found(texts: Sequence[str]) -> str:
    found = sum(map(has_had_enough, texts))
    return f"{found} of {len(texts)} ({found / max(len(texts), 1):.0%})"


if __name__ == "__main__":
    main()
