"""Bring the shop's records up to date with its files."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final, Protocol, TypedDict

from nodes.ownership import Owner
from nodes.shop.ownership import OrderOwner
from nodes.shop.ports import Counter
from prompts.shop import EarlierOrder, ShopRules
from prompts.tenant import Tenant
from server.payments import open_payments
from server.settings import Settings
from server.stores import Stores
from state.ids import SessionId, TenantId
from state.shop import Address, Buyer, Method, OnSale, Order, OrderDraft, OrderedProduct, OrderStatus

_HOUR_MS: Final = 3_600_000
_SEEDED: Final = SessionId("ses_before")
"""No session has this id: nobody owns an order of before by having written in its session."""


class Stock(Protocol):
    """Where products and their stock are kept."""

    async def synchronise(self, tenant: TenantId, products: list[OnSale]) -> None:
        """Put new products in with their stock, bring known ones up to date, take the rest off."""
        ...


class OrderBook(Protocol):
    """Where orders are kept."""

    async def record(self, tenant: TenantId, orders: list[Order], after: int, prefix: str) -> None:
        """Write down orders that were made elsewhere, none twice; the next number is above `after`."""
        ...


async def open_counter(settings: Settings, tenant: Tenant, stores: Stores, stack: AsyncExitStack) -> Counter | None:
    """Return where a tenant's orders are placed, its records brought up to date; None for one that takes no orders.

    Raises `RecordsUnavailableError`.
    """
    if tenant.shop is None:
        return None
    await stock_shop(tenant, stores.stock, stores.orders, time.time_ns() // 1_000_000)
    return Counter(stores.orders, await open_payments(settings, stack))


class Selling(TypedDict):
    """What a counter adds to the ports."""

    counter: Counter | None
    owners: Mapping[str, Owner]


def selling(counter: Counter | None) -> Selling:
    """Return what of the ports has to do with orders."""
    return {"counter": counter, "owners": owners(counter)}


def owners(counter: Counter | None) -> dict[str, Owner]:
    """Return who knows whose orders are."""
    return {"order": OrderOwner(counter.orders)} if counter else {}


async def stock_shop(tenant: Tenant, stock: Stock, orders: OrderBook, now: int) -> None:
    """Put a tenant's catalogue and its earlier orders into the records; what is there stays as it is.

    Nothing for a tenant that takes no orders. `now` is milliseconds since 1970 UTC. Raises `RecordsUnavailableError`.
    """
    if tenant.shop is None:
        return
    profile = tenant.profile
    products = [
        OnSale(one.sku, one.name.get(profile.default_locale, one.sku), one.price_minor, profile.currency, one.stock)
        for one in tenant.products
    ]
    await stock.synchronise(TenantId(tenant.id), products)
    earlier = [_earlier(tenant, tenant.shop, order, now) for order in tenant.shop.earlier]
    await orders.record(TenantId(tenant.id), earlier, tenant.shop.last_number, tenant.shop.order_prefix)


def _earlier(tenant: Tenant, rules: ShopRules, order: EarlierOrder, now: int) -> Order:
    products = {product.sku: product for product in tenant.products}
    lines = [
        OrderedProduct(
            line.sku,
            products[line.sku].name[tenant.profile.default_locale],
            line.quantity,
            products[line.sku].price_minor,
        )
        for line in order.lines
        if line.sku in products
    ]
    method: Method = "delivery" if order.street else "pickup"
    zone = rules.zone_of(order.postcode)
    items = sum(line.total_minor for line in lines)
    draft = OrderDraft(
        key=f"earlier:{order.number}",
        tenant=TenantId(tenant.id),
        session=_SEEDED,
        buyer=Buyer(order.name, order.email, order.phone),
        locale=tenant.profile.default_locale,
        lines=lines,
        method=method,
        delivery_minor=zone.fee(items) if zone else 0,
        currency=tenant.profile.currency,
        way=order.way,
        at=now - order.steps[0].hours_ago * _HOUR_MS,
        zone=zone.name if zone else "",
        address=Address(order.street, order.postcode, order.city) if order.street else None,
    )
    placed = Order.placed(order.number, draft)
    for step in order.steps[1:]:
        status: OrderStatus = step.status
        placed = placed.moved(status, now - step.hours_ago * _HOUR_MS, {placed.status}, step.note)
    return placed
