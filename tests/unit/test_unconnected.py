"""A webhook of something that isn't connected says which setting is missing."""

import httpx2
import pytest
from fastapi import FastAPI

from server.routes.unconnected import unconnected
from server.settings import Settings


def _client(settings: Settings, *, connected: bool, shop: bool = True) -> httpx2.AsyncClient:
    app = FastAPI()
    app.include_router(unconnected(settings, whatsapp=connected, shop=shop))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://here")


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/webhooks/whatsapp", "LANEWAY_WHATSAPP_PHONE_NUMBER_ID"),
        ("/webhooks/whatsapp/second", "LANEWAY_WHATSAPP_APPS"),
        ("/webhooks/payments", "LANEWAY_PAYMENTS_SECRET"),
    ],
)
async def test_a_webhook_of_what_is_not_connected_names_the_missing_setting(path: str, missing: str) -> None:
    async with _client(Settings(), connected=False) as client:
        answer = await client.post(path, content=b"{}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert missing in answer.json()["hint"]


async def test_a_tenant_without_a_shop_is_told_that_it_takes_no_payments() -> None:
    async with _client(Settings(), connected=False, shop=False) as client:
        answer = await client.post("/webhooks/payments", content=b"{}")

    assert "no shop" in answer.json()["hint"]


async def test_what_is_connected_is_left_to_its_own_webhook() -> None:
    settings = Settings.model_validate({"payments_secret": "whsec_c2VjcmV0"})
    async with _client(settings, connected=True) as client:
        answers = [await client.post(f"/webhooks/{name}") for name in ("whatsapp", "payments")]

    assert [one.json() for one in answers] == [{"detail": "Not Found"}] * 2
