"""How well knowledge pages are found by searching: `python -m evals.pages`, on the demo shop's, with the encoder.

Three kinds of text are searched for: plain questions that one page answers, and where it matters which section of it
(`page_questions.jsonl`); those of the gold set whose intent is answered with a page and which no earlier message
explains, noise and all; and those outside the shop's business, which show what is answered that shouldn't be. What the
router would make of them has no say.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
import typer

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.written import search
from nodes.page_search import PageSearch
from nodes.pages import Pages, passages
from nodes.routers.encoder import load_encoder
from prompts.loader import load_tenant, tenant_folder
from prompts.tenant import Tenant

Find = Callable[[str, str], tuple[str, str] | None]
"""A question and its language to the page's slug and the text that answers."""

_SET: Final = Path(__file__).with_name("datasets") / "demo"


def main() -> None:
    """Print, for shared words and for full text with meaning, what is answered and how."""
    tenant, encoder = load_tenant(tenant_folder("demo")), load_encoder()
    plain = _rows(Path(__file__).with_name("page_questions.jsonl"))
    gold = _rows(*sorted(_SET.glob("*.jsonl")))
    answered_with = {intent.name: intent.answer.page for intent in tenant.intents if intent.answer.page}
    noisy = [
        {**row, "page": answered_with[row["intent"]]}
        for row in gold
        if row.get("intent") in answered_with and not row.get("history")
    ]
    outside = [row for row in gold if row["id"].startswith("oos-")]
    ways = {"shared words": _by(tenant, None)}
    if encoder is not None:
        ways["full text and meaning"] = _by(tenant, PageSearch(tenant, encoder))
    for name, find in ways.items():
        for split in ("dev", "test"):
            for kind, rows in (("plain", plain), ("gold", noisy)):
                _print(f"{name}, {split}, {kind}", [row for row in rows if row["split"] == split], find, tenant)
            strayed = [find(row["text"], row["lang"]) for row in outside if row["split"] == split]
            typer.echo(f"{name}, {split}, {len(strayed)} outside: {_share(strayed, bool):.1%} answered")


def _print(name: str, rows: list[dict[str, Any]], find: Find, tenant: Tenant) -> None:
    said = [(find(row["text"], row["lang"]), row) for row in rows]
    right = _share(said, lambda one: one[0] is not None and one[0][0] == one[1]["page"])
    wrong = _share(said, lambda one: one[0] is not None and one[0][0] != one[1]["page"])
    typer.echo(f"{name}, {len(rows)} questions: {right:.1%} right, {wrong:.1%} wrong")
    sections = [(found, _section(tenant, row)) for found, row in said if row.get("section")]
    if sections:
        exact = _share(sections, lambda one: one[0] is not None and one[1] in one[0][1])
        typer.echo(f"{name}, {len(sections)} of them of one section: {exact:.1%} answered with it")


def _by(tenant: Tenant, pages: Pages | None) -> Find:
    def find(text: str, locale: str) -> tuple[str, str] | None:
        reply = search(Phrasing(tenant, locale), text, pages)
        return (reply.sources[0].ref, reply.text) if reply.sources else None

    return find


def _section(tenant: Tenant, row: dict[str, Any]) -> str:
    page = tenant.page(row["page"], row["lang"])
    return next(one.text for one in passages(page) if one.heading == row["section"]) if page else ""


def _share(of: list[Any], holds: Callable[[Any], bool]) -> float:
    return sum(map(holds, of)) / len(of)


def _rows(*files: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
