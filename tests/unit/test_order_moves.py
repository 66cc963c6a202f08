"""An order goes on, and never back."""

from typing import get_args

from state.shop import COMES_FROM, OrderStatus, follows


def test_an_order_goes_on_and_never_back() -> None:
    line: tuple[OrderStatus, ...] = ("placed", "paid", "preparing", "ready", "shipped", "delivered")

    backwards = [(one, to) for place, one in enumerate(line) for to in line[: place + 1] if to in follows(one)]

    assert backwards == []
    assert COMES_FROM.keys() == set(get_args(OrderStatus)) - {"placed"}


def test_nothing_follows_the_end_of_an_order() -> None:
    assert follows("shipped") == ["delivered", "cancelled"]
    assert follows("delivered") == follows("cancelled") == []
