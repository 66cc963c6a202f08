"""Webhooks of what isn't connected: whoever set them up elsewhere is told which settings are missing here."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from server.failures import answer
from server.settings import Settings


def unconnected(settings: Settings, *, whatsapp: bool, shop: bool) -> APIRouter:
    """Return routes that answer 404 with the missing settings; none for what is connected."""
    router = APIRouter(include_in_schema=False)

    async def no_whatsapp() -> JSONResponse:
        """Say what WhatsApp lacks."""
        return answer(
            HTTPStatus.NOT_FOUND,
            "not_found",
            "WhatsApp isn't connected here.",
            "Set LANEWAY_WHATSAPP_PHONE_NUMBER_ID, LANEWAY_WHATSAPP_ACCESS_TOKEN, LANEWAY_WHATSAPP_APP_SECRET and "
            "LANEWAY_WHATSAPP_VERIFY_TOKEN, or LANEWAY_WHATSAPP_APPS; docs/whatsapp.md goes through it.",
        )

    async def no_payments() -> JSONResponse:
        """Say what news of payments lack."""
        hint = "Set LANEWAY_PAYMENTS_SECRET to what the payment provider signs its news with; see docs/shop.md."
        return answer(
            HTTPStatus.NOT_FOUND,
            "not_found",
            "News of payments aren't read here.",
            hint if shop else "This tenant has no shop, so it takes no payments: see docs/shop.md.",
        )

    if not whatsapp:
        for path in ("/webhooks/whatsapp", "/webhooks/whatsapp/{app}"):
            router.add_api_route(path, no_whatsapp, methods=["GET", "POST"])
    if not (shop and settings.payments_secret):
        router.add_api_route("/webhooks/payments", no_payments, methods=["POST"])
    return router
