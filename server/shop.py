"""Bring the shop's records up to date with its files."""

from typing import Final, Protocol

from prompts.shop import EarlierOrder, ShopRules
from prompts.tenant import Tenant
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
