"""The rules of returns, and what tells which order, which reason, and who has had enough."""

import doctest
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nodes.lanes import strangers
from nodes.lanes.desk.deadlines import due_after
from nodes.lanes.helping import danger, followed, mood, numbers, terms
from nodes.lanes.helping.terms import Payer, Reason, Verdict, terms_of
from nodes.lanes.shopping import order_follow_ups
from state.ids import SessionId, TenantId
from state.shop import Buyer, Order, OrderDraft, OrderedProduct, OrderEvent, Payment
from tests.desk import SATURDAY_NOON, demo

KNIFE = OrderedProduct("OLD-1", "Cuchillo", 1, 5490)


def order(delivered_days_ago: int | None, *lines: OrderedProduct) -> Order:
    at = SATURDAY_NOON - timedelta(days=delivered_days_ago or 0)
    draft = OrderDraft(
        key="k",
        tenant=TenantId("demo"),
        session=SessionId("ses_1"),
        buyer=Buyer(),
        locale="es",
        lines=list(lines) or [KNIFE],
        method="delivery",
        delivery_minor=490,
        currency="EUR",
        way="card",
        at=0,
    )
    history = [OrderEvent("placed", 0)]
    if delivered_days_ago is not None:
        history.append(OrderEvent("delivered", int(at.timestamp() * 1000)))
    return Order("A-1", draft, "delivered", Payment("card", "paid", 5980, "EUR"), history)


@pytest.mark.parametrize(
    ("days", "reason", "verdict", "payer"),
    [
        (3, "unwanted", "accepted", "customer"),
        (30, "unwanted", "accepted", "customer"),
        (31, "unwanted", "too_late", "customer"),
        (3, "damaged", "accepted", "shop"),
        (3, "wrong_item", "accepted", "shop"),
        (200, "faulty", "review", "shop"),
        (3000, "faulty", "too_late", "shop"),
        (None, "unwanted", "too_early", "customer"),
    ],
)
def test_the_day_of_delivery_and_the_reason_decide(
    days: int | None, reason: Reason, verdict: Verdict, payer: Payer
) -> None:
    one = order(days)

    found = terms_of(one, one.draft.lines, reason, SATURDAY_NOON, demo())

    assert (found.verdict, found.payer) == (verdict, payer)


def test_the_delivery_is_refunded_when_all_comes_back() -> None:
    two = order(3, KNIFE, replace(KNIFE, sku="KET-RED-17", price_minor=3990))

    part = terms_of(two, two.draft.lines[:1], "unwanted", SATURDAY_NOON, demo())
    whole = terms_of(two, two.draft.lines, "unwanted", SATURDAY_NOON, demo())

    assert (part.refund_minor, whole.refund_minor) == (5490, 5490 + 3990 + 490)


@pytest.mark.parametrize(
    "module",
    [danger, followed, mood, numbers, terms, strangers, order_follow_ups],
    ids=lambda one: one.__name__.rsplit(".")[-1],
)
def test_what_customers_write_is_read_as_the_examples_say(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type] # a module


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        ("2026-11-20T10:00+01:00", 2, "2026-11-20T12:00+01:00"),
        ("2026-11-20T13:00+01:00", 2, "2026-11-20T18:00+01:00"),
        ("2026-11-21T12:00+01:00", 8, "2026-11-23T18:30+01:00"),
        ("2026-11-22T03:00+01:00", 0.25, "2026-11-23T10:15+01:00"),
    ],
)
def test_only_time_in_which_the_shop_is_open_counts(now: str, hours: float, due: str) -> None:
    found = due_after(demo(), datetime.fromisoformat(now).astimezone(UTC), timedelta(hours=hours))

    assert found == datetime.fromisoformat(due)
