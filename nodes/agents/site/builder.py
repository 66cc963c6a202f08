"""The builder: HTML, one style sheet, an icon, a site map; no script."""

from hashlib import sha256
from pathlib import PurePosixPath
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from nodes.agents.ports import Action, Artefact, StepContext
from nodes.agents.site.brief import Brief, slug_of
from nodes.agents.site.designer import Design, PagePlan
from nodes.agents.site.writer import Content
from nodes.agents.texts import texts_of

_PAGES: Final = Environment(
    loader=PackageLoader("nodes.agents", "pages/site"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_MIMES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
    ".txt": "text/plain",
}


class BuildInput(BaseModel):
    """A site's brief, words and design."""

    model_config = ConfigDict(extra="forbid")

    brief: Brief
    content: Content
    design: Design


class SiteFile(BaseModel):
    """One file of a site, and where it stands in it."""

    path: str
    artefact: Artefact


class Site(BaseModel):
    """A site that is built; `digest` is of all its files, and the same for the same site."""

    slug: str
    brief: Brief
    files: list[SiteFile]
    digest: str
    size: int


def _is_built(given: object) -> object:
    if isinstance(given, (Site, dict)):
        return given
    raise PydanticCustomError(
        "no_site", "give the whole `site` of a run's output, a mapping with slug, brief, files, digest and size"
    )


BuiltSite = Annotated[Site, BeforeValidator(_is_built)]
"""A site as an earlier run's output has it, under `site`; a run's id is none."""

ACTIONS: Final = {"build": Action(BuildInput, "Build the files of a static site.")}


async def builder(action: str, given: BuildInput, context: StepContext) -> Site:  # noqa: ARG001 # the port's
    """Build every file and keep it."""
    texts = rendered(given)
    files = []
    for number, (path, text) in enumerate(texts.items(), 1):
        artefact = await context.files.write(
            PurePosixPath(path).name, text.encode(), _MIMES[PurePosixPath(path).suffix]
        )
        files.append(SiteFile(path=path, artefact=artefact))
        context.progress(number / len(texts), "files")
    return site_of(given.brief, files)


def site_of(brief: Brief, files: list[SiteFile]) -> Site:
    """Return a site of its files."""
    lines = "".join(f"{one.path} {one.artefact.sha256}\n" for one in sorted(files, key=lambda one: one.path))
    digest = sha256(lines.encode()).hexdigest()[:16]
    return Site(
        slug=slug_of(brief.name), brief=brief, files=files, digest=digest, size=sum(one.artefact.size for one in files)
    )


def rendered(given: BuildInput) -> dict[str, str]:
    """Return the text of every file by its path."""
    shared: dict[str, Any] = {"brief": given.brief, "palette": given.design.palette, "links": _links(given.brief)}
    found = {page.path: _page(page, given, shared) for page in given.design.pages}
    found["style.css"] = _PAGES.get_template("style.css.jinja").render(shared)
    found["icon.svg"] = _PAGES.get_template("icon.svg.jinja").render(shared, letter=given.brief.name[0].upper())
    found["robots.txt"] = "User-agent: *\nAllow: /\n"
    if given.brief.base_url:
        base = given.brief.base_url.rstrip("/")
        listed = [page for page in given.design.pages if page.kind != "lost"]
        found["sitemap.xml"] = _PAGES.get_template("sitemap.xml.jinja").render(base=base, pages=listed)
        found["robots.txt"] += f"Sitemap: {base}/sitemap.xml\n"
    return found


def _page(page: PagePlan, given: BuildInput, shared: dict[str, Any]) -> str:
    words = given.content.languages[page.language]
    own = [one for one in given.design.pages if one.language == page.language]
    twins = [one for one in given.design.pages if one.kind == page.kind and one.language != page.language]
    return _PAGES.get_template(f"{page.kind}.html.jinja").render(
        shared,
        page=page,
        words=words,
        say=texts_of("site", words.language),
        menu=[one for one in own if one.in_menu],
        own={"offers": "", "visit": "", "notice": ""} | {one.kind: one.path for one in own},
        twins=[(given.content.languages[one.language].language, one.path) for one in twins],
        root=_root(page, given.brief),
    )


def _root(page: PagePlan, brief: Brief) -> str:
    """Return the way to the site's root; a page that is shown at any address needs it from the server's."""
    if page.kind == "lost" and brief.base_url and not urlsplit(brief.base_url).path.strip("/"):
        return "/"
    return "../" * page.path.count("/")


def _links(brief: Brief) -> dict[str, str]:
    def digits(number: str) -> str:
        return "".join(one for one in number if one.isdigit() or one == "+")

    contact = brief.contact
    return {
        "phone": f"tel:{digits(contact.phone)}" if contact.phone else "",
        "email": f"mailto:{contact.email}" if contact.email else "",
        "whatsapp": f"https://wa.me/{digits(contact.whatsapp).lstrip('+')}" if contact.whatsapp else "",
        "instagram": f"https://www.instagram.com/{contact.instagram}/" if contact.instagram else "",
    }
