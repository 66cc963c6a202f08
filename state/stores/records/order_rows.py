"""Orders as rows of tables, and back."""

from collections.abc import Sequence
from hashlib import blake2s
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from state.ids import ContactId, SessionId, TenantId
from state.shop import Address, Buyer, Order, OrderDraft, OrderedProduct, OrderEvent, Payment, phone_end
from state.stores.records.shop_tables import ORDER_EVENTS, ORDER_LINES, ORDERS, PAYMENTS


def customer_id(draft: OrderDraft) -> str:
    """Return the same id for the same contact; without one, for the same e-mail address, phone and name."""
    buyer = draft.buyer
    known = buyer.contact or "\n".join((buyer.email.casefold(), buyer.phone, buyer.name))
    whose = "\n".join((draft.tenant, known))
    return f"cus_{blake2s(whose.encode(), digest_size=16).hexdigest()}"


def text_of(words: str, longest: int = 255) -> str:
    """Return `words` as a column can keep them: no NUL, which PostgreSQL refuses, and not too long."""
    return words.replace("\0", "")[:longest]


def customer_row(draft: OrderDraft) -> dict[str, Any]:
    """Return the row of `customers`."""
    buyer = draft.buyer
    return {
        "tenant": draft.tenant,
        "id": customer_id(draft),
        "name": text_of(buyer.name),
        "email": text_of(buyer.email.casefold()),
        "phone": text_of(buyer.phone, 32),
        "contact": buyer.contact,
    }


def order_row(order: Order) -> dict[str, Any]:
    """Return the row of `orders`."""
    draft = order.draft
    return {
        "tenant": draft.tenant,
        "number": order.number,
        "key": draft.key,
        "session": draft.session,
        "customer": customer_id(draft),
        "contact": draft.buyer.contact,
        "name": text_of(draft.buyer.name),
        "email": text_of(draft.buyer.email.casefold()),
        "phone": text_of(draft.buyer.phone, 32),
        "phone_end": phone_end(draft.buyer.phone),
        "locale": draft.locale,
        "status": order.status,
        "method": draft.method,
        "zone": draft.zone,
        **address_row(draft.address),
        "items_minor": draft.items_minor,
        "delivery_minor": draft.delivery_minor,
        "total_minor": draft.total_minor,
        "currency": draft.currency,
        "placed": draft.at,
    }


def address_row(address: Address | None) -> dict[str, str | None]:
    """Return the columns of an address."""
    if address is None:
        return {"street": None, "postcode": None, "city": None}
    return {
        "street": text_of(address.street),
        "postcode": text_of(address.postcode, 16),
        "city": text_of(address.city),
    }


def line_rows(order: Order) -> list[dict[str, Any]]:
    """Return the rows of `order_lines`."""
    return [
        {
            "tenant": order.draft.tenant,
            "number": order.number,
            "place": place,
            "sku": line.sku,
            "name": text_of(line.name),
            "quantity": line.quantity,
            "price_minor": line.price_minor,
        }
        for place, line in enumerate(order.draft.lines)
    ]


def event_row(tenant: str, number: str, place: int, event: OrderEvent) -> dict[str, Any]:
    """Return a row of `order_events`."""
    return {
        "tenant": tenant,
        "number": number,
        "place": place,
        "status": event.status,
        "at": event.at,
        "note": text_of(event.note),
    }


def payment_row(tenant: str, number: str, payment: Payment) -> dict[str, Any]:
    """Return the row of `payments`."""
    return {
        "tenant": tenant,
        "number": number,
        "way": payment.way,
        "status": payment.status,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "reference": text_of(payment.reference),
        "url": payment.url,
    }


async def read_orders(connection: AsyncConnection, *wanted: ColumnElement[bool], limit: int) -> list[Order]:
    """Return the orders whose rows fulfil all of `wanted`, newest first."""
    newest = select(ORDERS).where(*wanted).order_by(ORDERS.c.placed.desc(), ORDERS.c.number.desc()).limit(limit)
    return [await _whole(connection, row) for row in (await connection.execute(newest)).all()]


async def _whole(connection: AsyncConnection, row: Row[Any]) -> Order:
    of_it = {
        table: (
            await connection.execute(
                select(table).where(table.c.tenant == row.tenant, table.c.number == row.number).order_by(order)
            )
        ).all()
        for table, order in (
            (ORDER_LINES, ORDER_LINES.c.place),
            (ORDER_EVENTS, ORDER_EVENTS.c.place),
            (PAYMENTS, PAYMENTS.c.number),
        )
    }
    paid = of_it[PAYMENTS][0]
    return Order(
        number=row.number,
        draft=_draft(row, of_it[ORDER_LINES], paid.way),
        status=row.status,
        payment=Payment(paid.way, paid.status, paid.amount_minor, paid.currency, paid.reference, paid.url),
        history=[OrderEvent(event.status, event.at, event.note) for event in of_it[ORDER_EVENTS]],
    )


def _draft(row: Row[Any], lines: Sequence[Row[Any]], way: str) -> OrderDraft:
    somewhere = row.street is not None
    return OrderDraft(
        key=row.key,
        tenant=TenantId(row.tenant),
        session=SessionId(row.session),
        buyer=Buyer(row.name, row.email, row.phone, ContactId(row.contact) if row.contact else None),
        locale=row.locale,
        lines=[OrderedProduct(line.sku, line.name, line.quantity, line.price_minor) for line in lines],
        method=row.method,
        delivery_minor=row.delivery_minor,
        currency=row.currency,
        way=way,
        at=row.placed,
        zone=row.zone,
        address=Address(row.street, row.postcode, row.city) if somewhere else None,
    )
