"""Money that arrived: told by the payment provider, signed, or by a person who has seen it."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from nodes.lanes.desk.deadlines import in_ms
from nodes.ports import Clock
from nodes.shop.ports import Orders
from server.body import parse, read_json, read_raw
from server.desk import operator_name
from server.payment_news import PaymentNews, key_of, verify
from server.routes.schemas import body_of
from state.ids import TenantId
from state.paid import Received
from state.shop import Order, OrderStatus, PaymentStatus


class Seen(BaseModel):
    """Body of `POST /v1/orders/{number}/paid`: who saw the money, and where it can be found again."""

    model_config = ConfigDict(extra="forbid")

    operator: str
    reference: Annotated[str, Field(max_length=200)] = ""


class OrderPayment(BaseModel):
    """How an order stands; the amount is in the currency's minor unit."""

    order: str
    status: OrderStatus
    payment: PaymentStatus
    amount_minor: int
    currency: str
    reference: str


class PaymentRoutes:
    """What is said of payments over HTTP."""

    def __init__(self, orders: Orders, tenant: TenantId, clock: Clock, key: bytes | None) -> None:
        self._orders = orders
        self._tenant = tenant
        self._clock = clock
        self._key = key

    async def told(self, request: Request) -> OrderPayment:
        """Record what the provider says of a payment: 401 unsigned, 404 without such an order, 409 another amount.

        Said again it changes nothing.
        """
        body = await read_raw(request)
        verify(request.headers, body, self._key or b"", self._clock.now())
        news = parse(body, PaymentNews)
        return await self._settled(news.order, Received(news.reference, news.amount_minor, news.currency))

    async def seen(self, number: str, request: Request) -> OrderPayment:
        """Record that a person has seen the money for an order; said again it changes nothing."""
        seen = await read_json(request, Seen)
        received = Received(seen.reference, note=f"({operator_name(seen.operator)})")
        return await self._settled(number, received)

    async def _settled(self, number: str, received: Received) -> OrderPayment:
        order = await self._orders.settle(self._tenant, number[:32], received, at=in_ms(self._clock.now()))
        return _view(order)


def payments(orders: Orders, tenant: TenantId, clock: Clock, secret: str | None) -> APIRouter:
    """Return the routes; the provider's only with a secret. Raises `SettingsError` for one that is no secret."""
    routes = PaymentRoutes(orders, tenant, clock, key_of(secret) if secret else None)
    router = APIRouter(tags=["orders"])
    router.add_api_route("/v1/orders/{number}/paid", routes.seen, methods=["POST"], openapi_extra=body_of(Seen))
    if secret:
        router.add_api_route("/webhooks/payments", routes.told, methods=["POST"], openapi_extra=body_of(PaymentNews))
    return router


def _view(order: Order) -> OrderPayment:
    due = order.payment
    return OrderPayment(
        order=order.number,
        status=order.status,
        payment=due.status,
        amount_minor=due.amount_minor,
        currency=due.currency,
        reference=due.reference,
    )
