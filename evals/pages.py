"""How well knowledge pages are found by searching: `python -m evals.pages`, on the demo gold set, with the encoder.

The questions are those whose intent is answered with a page, and which no earlier message explains; what the router
would make of them has no say. Those outside the shop's business show what is answered that shouldn't be.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson
import typer

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.written import search
from nodes.page_search import PageSearch
from nodes.routers.encoder import load_encoder
from prompts.loader import load_tenant, tenant_folder

_SET: Final = Path(__file__).with_name("datasets") / "demo"


def main() -> None:
    """Print, for shared words and for full text that meaning agrees with, what is answered and how."""
    tenant, encoder = load_tenant(tenant_folder("demo")), load_encoder()
    rows = [orjson.loads(line) for file in sorted(_SET.glob("*.jsonl")) for line in file.read_text().splitlines()]
    pages = {intent.name: intent.answer.page for intent in tenant.intents if intent.answer.page}
    asked = [row for row in rows if row.get("intent") in pages and not row.get("history")]
    outside = [row["text"] for row in rows if row["id"].startswith("oos-")]
    found = PageSearch(tenant, encoder) if encoder else None

    def answered(text: str) -> str | None:
        sources = search(Phrasing(tenant, "es"), text).sources
        return sources[0].ref if sources else None

    ways: dict[str, Callable[[str], str | None]] = {"shared words": answered}
    if found is not None:
        ways["full text and meaning"] = found.find
    for name, find in ways.items():
        for split in ("dev", "test"):
            mine = [row for row in asked if row.get("split") == split]
            said = [(find(row["text"]), pages[row["intent"]]) for row in mine]
            right = sum(slug == page for slug, page in said) / len(mine)
            wrong = sum(slug is not None and slug != page for slug, page in said) / len(mine)
            typer.echo(f"{name}, {split}, {len(mine)} questions: {right:.1%} right, {wrong:.1%} wrong")
        strayed = sum(find(text) is not None for text in outside) / len(outside)
        typer.echo(f"{name}, {len(outside)} outside: {strayed:.1%} answered")


if __name__ == "__main__":
    main()
