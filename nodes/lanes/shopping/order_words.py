"""What is said of an order on record."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.placing import payment_words
from state.conversation import Choice, Reply
from state.shop import Order

ORDER = "order:"
"""What the id of an order's choice begins with; its number follows."""


def order_words(phrasing: Phrasing, order: Order) -> Reply:
    """Return where an order is, what is in it, and how it is still to be paid."""
    draft = order.draft
    listed = "\n".join(
        phrasing.say(
            "cart_line",
            count=line.quantity,
            name=phrasing.called(line.sku, line.name),
            total=phrasing.money(line.total_minor, draft.currency),
        )
        for line in draft.lines
    )
    if draft.address is not None:
        fee = phrasing.money(draft.delivery_minor, draft.currency) if draft.delivery_minor else ""
        listed += "\n" + phrasing.say("order_sent", fee=fee or phrasing.say("order_free"))
    said = phrasing.say(
        "order_shown",
        order=order.number,
        date=day_of(phrasing, draft.at),
        status=phrasing.say(f"status_{order.status}"),
        list=listed,
        total=phrasing.money(draft.total_minor, draft.currency),
    )
    how, link = payment_words(phrasing, order)
    paragraphs = [said, _where(phrasing, order), note_words(phrasing, order), how]
    return Reply("\n".join(one for one in paragraphs if one), link=link)


def orders_words(phrasing: Phrasing, orders: list[Order]) -> Reply:
    """Return the question which of several orders is meant."""
    listed = "\n".join(_line(phrasing, order) for order in orders)
    offered = [Choice(f"{ORDER}{order.number}", order.number, day_of(phrasing, order.draft.at)) for order in orders]
    return Reply(phrasing.say("orders_which", list=listed), choices=offered, awaiting="order_number")


def _line(phrasing: Phrasing, order: Order) -> str:
    return phrasing.say(
        "order_line",
        order=order.number,
        date=day_of(phrasing, order.draft.at),
        total=phrasing.money(order.draft.total_minor, order.draft.currency),
        status=phrasing.say(f"status_{order.status}"),
    )


def pickup_words(phrasing: Phrasing, order: Order) -> str:
    """Return where an order is collected; empty where it is delivered."""
    pickup = phrasing.tenant.shop.pickup if phrasing.tenant.shop else None
    if order.draft.address is not None or pickup is None:
        return ""
    return phrasing.say("order_pickup", place=phrasing.local(pickup.place), ready=phrasing.local(pickup.ready))


def _where(phrasing: Phrasing, order: Order) -> str:
    if order.status in {"delivered", "cancelled"}:
        return ""
    going = phrasing.say("order_where", place=order.draft.address.line) if order.draft.address else ""
    return going or pickup_words(phrasing, order)


def note_words(phrasing: Phrasing, order: Order) -> str:
    """Return who brings an order and its number there; empty before it has left."""
    last = order.history[-1] if order.history else None
    shipped = last is not None and last.status == "shipped" and last.note
    return phrasing.say("order_note", note=last.note) if last and shipped else ""


def day_of(phrasing: Phrasing, at: int) -> str:
    """Return the day of a time (ms since 1970 UTC) at the shop."""
    here = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(phrasing.tenant.profile.timezone))
    return str(format_date(here.date(), "long", locale=phrasing.locale))
