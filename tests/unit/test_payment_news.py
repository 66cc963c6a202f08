"""Payments that a provider or a person tells of, on the in-memory twin of the records."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI

from server import failures
from server.payment_news import key_of, signature
from server.routes.payments import payments
from state.errors import SettingsError
from state.ids import SessionId, TenantId
from state.shop import OPEN, Buyer, OnSale, Order, OrderDraft, OrderedProduct
from state.stores.records.memory_shop import MemoryOrders
from tests.desk import SATURDAY_NOON, FixedClock

SHOP = TenantId("shop")
SECRET = "whsec_" + b64encode(b"a secret of 24 bytes or so").decode()
NOW = int(SATURDAY_NOON.timestamp())


@dataclass
class Shop:
    orders: MemoryOrders
    order: Order
    http: httpx2.AsyncClient

    async def tell(
        self, *, sent: int = NOW, secret: str = SECRET, signed: bytes = b"", **news: object
    ) -> httpx2.Response:
        told = {
            "order": self.order.number,
            "status": "paid",
            "amount_minor": 6580,
            "currency": "EUR",
            "reference": "pay_1",
        }
        body = json.dumps(told | news).encode()
        made = signature("msg_1", str(sent), signed or body, key_of(secret))
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(sent), "webhook-signature": f"v1,old v1,{made}"}
        return await self.http.post(
            "/webhooks/payments", content=body, headers={**headers, "content-type": "application/json"}
        )

    async def now(self) -> Order:
        found = await self.orders.find(SHOP, self.order.number)
        assert found is not None
        return found


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    orders = MemoryOrders()
    await orders.synchronise(SHOP, [OnSale("PAN-1", "Sartén", 3290, "EUR", 5)])
    lines, buyer = [OrderedProduct("PAN-1", "Sartén", 2, 3290)], Buyer("Ana", "ana@example.com")
    draft = OrderDraft("k", SHOP, SessionId("ses_1"), buyer, "es", lines, "pickup", 0, "EUR", "card", 1)
    app = FastAPI()
    failures.install(app)
    app.include_router(payments(orders, SHOP, FixedClock(SATURDAY_NOON), SECRET))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://laneway") as http:
        yield Shop(orders, await orders.place(draft), http)


async def test_a_signed_word_of_the_provider_pays_the_order_once(shop: Shop) -> None:
    answers = [await shop.tell(), await shop.tell()]

    order = await shop.now()
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[1].json() == {
        "order": order.number,
        "status": "paid",
        "payment": "paid",
        "amount_minor": 6580,
        "currency": "EUR",
        "reference": "pay_1",
    }
    assert [(event.status, event.note) for event in order.history] == [("placed", ""), ("paid", "payment pay_1")]


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "whsec_" + b64encode(b"another secret of 24 bytes").decode()},
        {"sent": NOW - 301},
        {"sent": NOW + 301},
        {"signed": b"{}"},
    ],
)
async def test_what_is_not_signed_lately_by_who_knows_the_secret_changes_nothing(
    shop: Shop, forged: dict[str, object]
) -> None:
    answer = await shop.tell(**forged)  # type: ignore[arg-type] # one of its arguments

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert (await shop.now()).payment.status == "due"


@pytest.mark.parametrize("other", [{"amount_minor": 6579}, {"currency": "USD"}])
async def test_another_amount_is_left_to_a_person(shop: Shop, other: dict[str, object]) -> None:
    answer = await shop.tell(**other)  # type: ignore[arg-type] # a field of the body

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_mismatch")
    assert (await shop.now()).payment.status == "due"


async def test_an_order_that_is_nowhere_or_news_of_another_kind_are_refused(shop: Shop) -> None:
    nowhere, failed = await shop.tell(order="A-1"), await shop.tell(status="failed")

    assert (nowhere.status_code, failed.status_code) == (404, 422)


async def test_money_for_a_cancelled_order_is_owed_and_one_that_went_on_stays_where_it_is(shop: Shop) -> None:
    await shop.orders.move(SHOP, shop.order.number, "preparing", at=2, only=OPEN)
    await shop.tell()
    preparing = await shop.now()
    await shop.orders.move(SHOP, shop.order.number, "cancelled", at=3, only=OPEN)
    await shop.tell()

    assert (preparing.status, preparing.payment.status) == ("preparing", "paid")
    assert ((await shop.now()).status, (await shop.now()).payment.status) == ("cancelled", "refund_due")


async def test_late_money_for_a_cancelled_order_is_owed(shop: Shop) -> None:
    await shop.orders.move(SHOP, shop.order.number, "cancelled", at=3, only=OPEN)

    await shop.tell()

    assert (await shop.now()).payment.status == "refund_due"


async def test_a_person_records_a_transfer_with_their_name(shop: Shop) -> None:
    answer = await shop.http.post(
        f"/v1/orders/{shop.order.number}/paid", json={"operator": "Eva", "reference": "transfer of the 20th"}
    )

    assert answer.json()["payment"] == "paid"
    assert (await shop.now()).history[-1].note == "payment transfer of the 20th (Eva)"


@pytest.mark.parametrize("secret", ["", "short", "whsec_", "whsec_%%%", "whsec_" + b64encode(b"short").decode()])
def test_a_secret_that_is_none_stops_the_start(secret: str) -> None:
    with pytest.raises(SettingsError):
        key_of(secret)
