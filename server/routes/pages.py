"""The browser pages: `/chat` and the files it is made of, served from the package, nothing from elsewhere."""

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_TITLES: Final = (("<title>", "</title>"), (">", "</h1>"))
"""What stands around the name in the page."""
_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


@dataclass(frozen=True, slots=True)
class Page:
    """One file as it goes out; `etag` changes with its bytes."""

    content: bytes
    media_type: str
    etag: str

    def answer(self, known: str | None) -> Response:
        """Return the file, or 304 when the browser has it; `known` is its `If-None-Match`."""
        headers = {**HEADERS, "ETag": self.etag}
        if known is not None and self.etag in known:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(self.content, media_type=f"{self.media_type}; charset=utf-8", headers=headers)


def pages(shop: str) -> APIRouter:
    """Return the routes of the chat page, with the shop's name as its title."""
    folder = files("server") / "pages"
    chat = _page(folder / "chat.html", shop)
    static = {part.name: _page(part) for part in (folder / "chat.css", *(folder / "js").iterdir()) if _is_known(part)}
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def root() -> RedirectResponse:
        return RedirectResponse("/chat")

    @router.api_route("/chat", methods=["GET", "HEAD"])
    async def page(if_none_match: Annotated[str | None, Header()] = None) -> Response:
        return chat.answer(if_none_match)

    @router.api_route("/static/{name}", methods=["GET", "HEAD"])
    async def asset(name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        if name not in static:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return static[name].answer(if_none_match)

    return router


def _page(file: Traversable, shop: str = "") -> Page:
    content = file.read_bytes()
    for before, after in _TITLES if shop else ():
        content = content.replace(f"{before}Laneway{after}".encode(), f"{before}{escape(shop)}{after}".encode())
    return Page(content, _TYPES[_suffix(file)], f'"{sha256(content).hexdigest()[:32]}"')


def _is_known(file: Traversable) -> bool:
    return file.is_file() and _suffix(file) in _TYPES


def _suffix(file: Traversable) -> str:
    return file.name.rpartition(".")[2]
