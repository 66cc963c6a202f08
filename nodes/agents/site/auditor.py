"""The auditor: links, accessibility, size and what search engines need, of every page of a site."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.rendering import keep_report, plain, table
from nodes.agents.site.builder import BuiltSite, Site
from nodes.agents.site.checks import Page, page_findings
from nodes.agents.site.colours import LEAST, contrast
from nodes.agents.site.findings import SiteFinding
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language

PAGE_BYTES: Final = 100_000
"""A page's HTML and style sheet together; on a slow phone (1.6 Mbit/s) half a second."""
SITE_FILES: Final = 500
_TOKEN: Final = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
_PAIRS: Final = (
    ("ink", "paper"),
    ("ink", "tint"),
    ("soft", "paper"),
    ("soft", "tint"),
    ("accent", "paper"),
    ("accent", "tint"),
    ("on-accent", "accent"),
)
_COST: Final = {"error": 12, "warning": 4, "note": 0}


class AuditInput(BaseModel):
    """A site to look at."""

    model_config = ConfigDict(extra="forbid")

    site: BuiltSite


class Audit(BaseModel):
    """What an audit found; `score` is out of 100 and `passed` when nothing is an error.

    Attributes:
        outside: links to other sites; they are listed and not visited.
    """

    passed: bool
    score: int
    pages: int
    size: int
    findings: list[SiteFinding]
    outside: list[str] = Field(default_factory=list)
    markdown: str
    files: list[Artefact]


ACTIONS: Final = {"audit": Action(AuditInput, "Check links, accessibility, size and search data of a built site.")}


async def auditor(action: str, given: AuditInput, context: StepContext) -> Audit:  # noqa: ARG001 # the port's
    """Look at every page and write a report."""
    texts = {one.path: await _text(one.artefact, context) for one in given.site.files[:SITE_FILES]}
    language = given.site.brief.languages[0]
    pages = {path: Page(path, text) for path, text in texts.items() if path.endswith(".html")}
    findings = [*_links(pages, set(texts)), *_sizes(pages, given.site), *_colours(texts)]
    for number, page in enumerate(pages.values(), 1):
        findings += page_findings(page)
        context.progress(number / len(pages), "pages")
    score = max(0, 100 - sum(_COST[one.level] for one in findings))
    outside = sorted(
        {link for page in pages.values() for link in page.links if urlsplit(link).scheme in {"http", "https"}}
    )
    found = Audit(
        passed=all(one.level != "error" for one in findings), score=score, pages=len(pages), size=given.site.size,
        findings=findings, outside=outside, markdown="", files=[],
    )  # fmt: skip
    title, found.markdown = _report(given.site, found, language)
    found.files = await keep_report(context, "audit", title, found.markdown, language)
    context.log("info", "Audited.", score=score, pages=len(pages), findings=len(findings))
    return found


async def _text(artefact: Artefact, context: StepContext) -> str:
    return (await context.files.read(artefact)).decode("utf-8", "replace") if artefact.size <= 2_000_000 else ""  # noqa: PLR2004


def _links(pages: dict[str, Page], files: set[str]) -> Iterator[SiteFinding]:
    """Yield links within the site that lead nowhere."""
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if parts.scheme not in {"http", "https", "mailto", "tel"}:
                    yield SiteFinding(area="links", level="error", page=page.path, name="bad_scheme", what=link[:100])
                continue
            target = urlsplit(urljoin(f"/{page.path}", link))
            path = unquote(target.path).lstrip("/")
            path = f"{path}index.html" if not path or path.endswith("/") else path
            if path not in files:
                yield SiteFinding(area="links", level="error", page=page.path, name="dead_link", what=link[:100])
            elif target.fragment and path in pages and target.fragment not in pages[path].ids:
                yield SiteFinding(area="links", level="error", page=page.path, name="dead_anchor", what=link[:100])
    reached = {"index.html", "404.html"} | {path for page in pages.values() for path in page.reached}
    for path in sorted(set(pages) - reached):
        yield SiteFinding(area="links", level="warning", page=path, name="orphan", what=path)


def _sizes(pages: dict[str, Page], site: Site) -> Iterator[SiteFinding]:
    style = sum(one.artefact.size for one in site.files if one.path.endswith(".css"))
    for page in pages.values():
        if (size := page.size + style) > PAGE_BYTES:
            yield SiteFinding(
                area="size", level="warning", page=page.path, name="large_page", what=f"{size / 1000:.0f} kB"
            )
    for one in site.files:
        if one.artefact.size > 5 * PAGE_BYTES:
            yield SiteFinding(
                area="size",
                level="warning",
                page=one.path,
                name="large_file",
                what=f"{one.artefact.size / 1000:.0f} kB",
            )


def _colours(texts: dict[str, str]) -> Iterator[SiteFinding]:
    """Yield pairs of the style sheet's colours that can't be read, in light and dark; other style sheets have none."""
    found = _TOKEN.findall(texts.get("style.css", ""))
    half = len(found) // 2
    for mode, rows in (("light", found[:half]), ("dark", found[half:])):
        tokens = dict(rows)
        for text, on in _PAIRS:
            if text in tokens and on in tokens and (ratio := contrast(tokens[text], tokens[on])) < LEAST:
                yield SiteFinding(
                    area="accessibility",
                    level="error",
                    page="style.css",
                    name="contrast",
                    what=f"{text} / {on}, {mode}: {ratio:.1f}",
                )


def _report(site: Site, audit: Audit, language: Language) -> tuple[str, str]:
    say = texts_of("audit", language)
    title = say["title"].format(name=site.brief.name)
    verdict = say["passed"] if audit.passed else say["failed"]
    counted = say["counted"].format(pages=audit.pages, size=f"{audit.size / 1000:.0f}", score=audit.score)
    rows = [
        [
            say[one.level],
            say[one.area],
            plain(one.page),
            f"{plain(say[one.name])}" + (f": {plain(one.what)}" if one.what else ""),
        ]
        for one in sorted(audit.findings, key=lambda one: list(_COST).index(one.level))
    ]
    parts = [f"# {plain(title)}", f"**{verdict}** {counted}"]
    parts.append(table((say["level"], say["area"], say["page"], say["what"]), rows) if rows else say["clean"])
    if audit.outside:
        parts.append(f"## {say['outside']}\n\n" + "\n".join(f"- {plain(one)}" for one in audit.outside[:50]))
    return title, "\n\n".join(parts) + "\n"
