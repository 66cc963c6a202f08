"""`laneway orders`: what was bought, where it is, and how many of a product there are."""

import time
from decimal import Decimal
from typing import Annotated, get_args

import typer
from babel.numbers import get_currency_precision
from rich.console import Console
from rich.markup import escape

from server.app import Laneway
from server.commands.offline import with_laneway
from server.commands.operating import shop_time
from server.commands.rows import print_rows
from state.errors import InvalidInputError
from state.ids import TenantId
from state.paid import Received
from state.shop import COMES_FROM, Order, OrderClosedError, OrderNotFoundError, OrderStatus, follows

app = typer.Typer(
    help="List and show orders, say what became of one, and set how many of a product there are.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, such as A-5601.")]


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many, latest first.")] = 20,
) -> None:
    """List the latest orders of the tenant."""

    async def ask(laneway: Laneway) -> tuple[list[Order], str]:
        found = await laneway.stores.orders.latest(_tenant(laneway), limit=limit)
        return found, laneway.tenant.profile.timezone

    found, zone = with_laneway(ask)
    if not found:
        Console().print("No orders.")
        return
    titles = ("order", "when", "status", "total", "payment", "products")
    print_rows(titles, [_row(order, zone) for order in found], long="products")


@app.command("show")
def show(number: Number) -> None:
    """Show an order: who bought what, where it goes, and what became of it."""

    async def ask(laneway: Laneway) -> tuple[Order, str]:
        order = await laneway.stores.orders.find(_tenant(laneway), number)
        if order is None:
            raise OrderNotFoundError(number)
        return order, laneway.tenant.profile.timezone

    order, zone = with_laneway(ask)
    draft, console = order.draft, Console(highlight=False, soft_wrap=True)
    console.print(
        f"[bold]{order.number}[/]  {order.status}, {_total(order)}, {order.payment.way} {order.payment.status}"
    )
    who = ", ".join(filter(None, (draft.buyer.name, draft.buyer.email, draft.buyer.phone)))
    console.print(escape(f"  {who}; {draft.method} {draft.address.line if draft.address else ''}".rstrip()))
    for line in draft.lines:
        console.print(escape(f"  {line.quantity} x {line.sku} {line.name}"))
    for event in order.history:
        console.print(f"  [dim]{shop_time(event.at, zone)}[/] {event.status} {escape(event.note)}".rstrip())


@app.command("move")
def move(
    number: Number,
    status: Annotated[str, typer.Argument(help=f"One of {', '.join(get_args(OrderStatus))}.")],
    note: Annotated[str, typer.Option(help="What the customer may read, such as the courier and its number.")] = "",
) -> None:
    """Record that an order is paid, shipped, delivered and so on; a cancelled one gives its stock back.

    An order goes on, steps may be left out, and never back; what can't be is refused with what can.
    """
    to: OrderStatus | None = next((one for one in get_args(OrderStatus) if one == status), None)
    if to is None:
        raise InvalidInputError(
            f"{status[:32]!r} is no status of an order.", hint=f"Use one of {', '.join(get_args(OrderStatus))}."
        )
    if to == "paid":
        _paid(number, note)
        return
    only = COMES_FROM.get(to, frozenset())

    async def ask(laneway: Laneway) -> Order:
        now = time.time_ns() // 1_000_000
        try:
            return await laneway.stores.orders.move(_tenant(laneway), number, to, at=now, only=only, note=note)
        except OrderClosedError as error:
            raise _refusal(error.status, number, to) from error

    order = with_laneway(ask)
    Console(highlight=False).print(f"{order.number} is {order.status}.")


def _refusal(status: OrderStatus, number: str, to: OrderStatus) -> InvalidInputError:
    """Return why an order can't get where it is wanted, and what it can become."""
    after = follows(status)
    nothing = "Nothing follows; what comes back is a return: laneway returns ls."
    return InvalidInputError(
        f"{number[:32].upper()} is {status} and can't become {to}.",
        hint=f"From {status} it can become {', '.join(after)}." if after else nothing,
    )


def _paid(number: str, note: str) -> None:
    async def ask(laneway: Laneway) -> Order:
        now = time.time_ns() // 1_000_000
        return await laneway.stores.orders.settle(_tenant(laneway), number, Received(note=note), at=now)

    order = with_laneway(ask)
    Console(highlight=False).print(f"{order.number} is {order.status}, its payment {order.payment.status}.")


@app.command("stock", context_settings={"ignore_unknown_options": True})
def stock(
    sku: Annotated[str | None, typer.Argument(metavar="[SKU]", help="As the catalogue has it; none for all.")] = None,
    count: Annotated[int | None, typer.Argument(metavar="[COUNT]", help="How many there are now.")] = None,
) -> None:
    """Show how many of each product there are, or set it; the next question about it sees it."""
    if sku is None or count is None:
        _show_stock(sku)
        return

    if count < 0:
        raise InvalidInputError(
            "A stock can't be below 0.",
            hint="Say how many there are now, 0 for none; what orders take is counted off by itself.",
        )

    async def ask(laneway: Laneway) -> bool:
        return await laneway.stores.stock.set(_tenant(laneway), sku, count)

    if not with_laneway(ask):
        raise InvalidInputError(
            f"No product {sku[:32]!r} in the records.", hint="Products come in from catalogue.yaml at the next start."
        )
    Console(highlight=False).print(f"{sku}: {count}.")


def _show_stock(sku: str | None) -> None:
    """Print how many there are of one product, or of each; raises `InvalidInputError` where there is no such one."""
    there = with_laneway(lambda laneway: laneway.stores.orders.stock(_tenant(laneway)))
    if sku is not None and sku not in there:
        raise InvalidInputError(
            f"No product {sku[:32]!r} in the records.", hint="Run laneway orders stock without arguments for all."
        )
    console = Console(highlight=False, soft_wrap=True)
    for one, count in sorted(there.items()):
        if sku in {None, one}:
            console.print(escape(f"{one}: {count}"))


def _row(order: Order, zone: str) -> tuple[str, ...]:
    products = ", ".join(f"{line.quantity} x {line.sku}" for line in order.draft.lines)
    paid = f"{order.payment.way}, {order.payment.status}"
    return order.number, shop_time(order.draft.at, zone), order.status, _total(order), paid, products


def _tenant(laneway: Laneway) -> TenantId:
    return TenantId(laneway.tenant.id)


def _total(order: Order) -> str:
    currency = order.draft.currency
    return f"{Decimal(order.draft.total_minor).scaleb(-get_currency_precision(currency))} {currency}"
