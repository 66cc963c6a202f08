"""`/v1/ws`: workflows and their events over a WebSocket."""

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from server.ports import EventLog
from server.streams.hub import Hub
from server.streams.socket import Desk, Socket


def socket_routes(desk: Desk, hub: Hub, events: EventLog, origins: Collection[str] = ()) -> APIRouter:
    """Return the route; `origins` are those of pages elsewhere that may use it."""
    router = APIRouter()

    @router.websocket("/v1/ws")
    async def ws(socket: WebSocket) -> None:
        if not is_welcome(socket.headers, origins):
            refusal = {
                "code": "forbidden_origin",
                "message": "A page of another origin may not open this socket.",
                "hint": "Add its origin to LANEWAY_SOCKET_ORIGINS, such as https://shop.example.",
            }
            await socket.send_denial_response(JSONResponse(refusal, 403))
            return
        await Socket(socket, desk, hub, events).run()

    return router


def is_welcome(headers: Headers, origins: Collection[str]) -> bool:
    """Return whether who connects is no page, a page of this host, or one of `origins`.

    A browser lets any page open a WebSocket anywhere, with the cookies of that place, and says whose page it is.
    """
    origin = headers.get("origin")
    if origin is None or origin in origins:
        return True
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
