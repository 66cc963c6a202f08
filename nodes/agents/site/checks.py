"""What can be told of one page by reading it."""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from nodes.agents.site.findings import SiteFinding

_TITLE: Final = 70
_DESCRIPTION: Final = (30, 170)
_VAGUE: Final = frozenset(
    {"aquí", "aqui", "haz clic aquí", "pincha aquí", "más", "leer más", "here", "click here", "more", "read more"}
)
_FIELDS: Final = "input:not([type=hidden]):not([type=submit]),select,textarea"
_LANDMARKS: Final = ("main", "header", "footer")


class Page:
    """One page, parsed; `links` as they are written, `reached` the paths within the site that they lead to."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.size = len(text.encode())
        self.doctype = text.lstrip()[:15].lower() == "<!doctype html>"
        self.tree = LexborHTMLParser(text)
        self.ids = [value for node in self.tree.css("[id]") if (value := node.attributes.get("id"))]
        named = [
            (node.attributes.get("href") or node.attributes.get("src") or "")
            for node in self.tree.css("a[href],link[href],img[src],script[src],source[src]")
        ]
        self.links = [link for link in named if not link.startswith("data:")]

    @property
    def reached(self) -> Iterator[str]:
        """The paths within the site that the page links to."""
        for link in self.links:
            target = urlsplit(urljoin(f"/{self.path}", link))
            if not target.scheme and not target.netloc:
                path = unquote(target.path).lstrip("/")
                yield f"{path}index.html" if not path or path.endswith("/") else path


def page_findings(page: Page) -> Iterator[SiteFinding]:
    """Yield what is wrong with a page."""
    for name, what in _accessibility(page.tree):
        yield SiteFinding(area="accessibility", level="error", page=page.path, name=name, what=what)
    for name, what in _structure(page):
        yield SiteFinding(area="accessibility", level="warning", page=page.path, name=name, what=what)
    for name, what in _search(page):
        yield SiteFinding(area="search", level="warning", page=page.path, name=name, what=what)
    for name, what in _privacy(page.tree):
        yield SiteFinding(area="privacy", level="warning", page=page.path, name=name, what=what)


def _accessibility(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield what keeps people out (WCAG 2.2, level A and AA)."""
    root = tree.css_first("html")
    if root is None or not root.attributes.get("lang"):
        yield "no_language", ""
    yield from (("no_alt", _start(image)) for image in tree.css("img:not([alt])"))
    yield from (("no_name", _start(node)) for node in tree.css("a[href],button") if not _named(node))
    yield from (("no_label", _start(field)) for field in tree.css(_FIELDS) if not _labelled(tree, field))
    yield from (("no_frame_title", _start(frame)) for frame in tree.css("iframe:not([title])"))
    viewport = tree.css_first("meta[name=viewport]")
    content = (viewport.attributes.get("content") or "") if viewport else ""
    if viewport is None or "user-scalable=no" in content or "maximum-scale=1" in content:
        yield "no_zoom", content


def _structure(page: Page) -> Iterator[tuple[str, str]]:
    """Yield what makes a page harder to find one's way in."""
    tree = page.tree
    if not page.doctype:
        yield "no_doctype", ""
    if len(tree.css("h1")) != 1:
        yield "not_one_h1", str(len(tree.css("h1")))
    yield from _levels(tree)
    yield from (("double_id", one[:60]) for one, count in Counter(page.ids).items() if count > 1)
    for landmark in _LANDMARKS:
        if not tree.css(landmark):
            yield "no_landmark", landmark
    for node in tree.css("a[href]"):
        if node.text(strip=True).lower() in _VAGUE:
            yield "vague_link", node.text(strip=True)


def _levels(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    level = 0
    for heading in tree.css("h1,h2,h3,h4,h5,h6"):
        number = int((heading.tag or "h1")[1])
        if level and number > level + 1:
            yield "skipped_heading", f"h{level} → h{number}"
        level = number


def _search(page: Page) -> Iterator[tuple[str, str]]:
    title = node.text(strip=True) if (node := page.tree.css_first("title")) else ""
    if not title or len(title) > _TITLE:
        yield ("long_title" if title else "no_title"), title[:80]
    described = page.tree.css_first("meta[name=description]")
    description = (described.attributes.get("content") or "") if described else ""
    least, most = _DESCRIPTION
    if not least <= len(description) <= most:
        yield "description_length", str(len(description))


def _privacy(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield what lets others see the visitors."""
    for node in tree.css("script[src],link[rel=stylesheet],img[src],iframe[src]"):
        address = node.attributes.get("src") or node.attributes.get("href") or ""
        if urlsplit(address).netloc:
            yield "third_party", address[:80]


def _named(node: LexborNode) -> bool:
    images = any(image.attributes.get("alt") for image in node.css("img"))
    return bool(node.text(strip=True) or node.attributes.get("aria-label") or node.attributes.get("title") or images)


def _labelled(tree: LexborHTMLParser, field: LexborNode) -> bool:
    name = field.attributes.get("id")
    labels = {label.attributes.get("for") for label in tree.css("label[for]")}
    return bool((name and name in labels) or field.attributes.get("aria-label") or _inside(field, "label"))


def _start(node: LexborNode) -> str:
    return (node.html or "")[:80]


def _inside(node: LexborNode, tag: str) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == tag:
            return True
        above = above.parent
    return False
