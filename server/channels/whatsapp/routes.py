"""`/webhooks/whatsapp`: where Meta delivers messages and statuses."""

import hmac
import re
from http import HTTPStatus
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request, Response

from server.body import BodyTooLargeError, read_raw
from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.intake import Intake
from server.channels.whatsapp.parser import parse_webhook
from server.channels.whatsapp.signature import signed

log = structlog.get_logger()

LARGEST_WEBHOOK: Final = 3 * 1024 * 1024
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")


def whatsapp_routes(app: WhatsAppApp, intake: Intake) -> APIRouter:
    """Return the routes of an app's webhook."""
    router = APIRouter(prefix=app.path)

    @router.get("")
    async def handshake(
        mode: Annotated[str, Query(alias="hub.mode")] = "",
        token: Annotated[str, Query(alias="hub.verify_token")] = "",
        challenge: Annotated[str, Query(alias="hub.challenge")] = "",
    ) -> Response:
        """Prove to Meta that the address is ours."""
        right = hmac.compare_digest(token.encode("utf-8", "replace"), app.verify_token.encode())
        if mode != "subscribe" or not right or not _CHALLENGE.fullmatch(challenge):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        return Response(challenge, media_type="text/plain")

    @router.post("")
    async def deliver(request: Request) -> Response:
        """Take in a signed document: 200 once all of it is stored, 401 unsigned, 503 when it should come again."""
        try:
            body = await read_raw(request, LARGEST_WEBHOOK)
        except BodyTooLargeError:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        headers = request.headers.getlist("x-hub-signature-256")
        if len(headers) != 1 or not signed(body, headers[0], app.secrets):
            log.warning("whatsapp.unsigned", app=app.name, bytes=len(body))
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        await intake.take(parse_webhook(body).items)
        return Response(status_code=HTTPStatus.OK)

    return router
