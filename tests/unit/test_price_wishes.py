"""Several kinds of things, each within a price."""

from nodes.lanes.phrasing import Phrasing
from nodes.lanes.shopping.bounding import bounded_kinds, only_bounds, only_looks
from tests.desk import demo


def test_a_limit_of_a_thing_of_its_own_is_kept_apart() -> None:
    found = bounded_kinds(Phrasing(demo(), "es"), "hervidores de menos de 40 y teteras de menos de 30")

    assert found is not None
    assert "Hervidores, ≤ 40,00" in found.reply.text
    assert "Teteras, ≤ 30,00" in found.reply.text


def test_what_two_things_cost_at_least_together_is_said_where_the_limit_is_of_both() -> None:
    found = bounded_kinds(Phrasing(demo(), "en"), "a frying pan and a knife, under 35 in total")

    assert found is not None
    assert "Together they come to no less than" in found.reply.text


def test_one_thing_with_a_range_is_no_two_things() -> None:
    assert bounded_kinds(Phrasing(demo(), "en"), "knives between 20 and 50") is None


def test_a_range_beside_a_name_only_looks_and_fifty_of_it_for_a_company_do_not() -> None:
    assert only_looks(demo(), "any knives between 20 and 50?", "en")
    assert not only_looks(demo(), "do you have 50 knives between 20 and 30 euros for a company?", "en")


def test_a_price_alone_is_of_nothing() -> None:
    assert only_bounds("under 70 in total")
    assert not only_bounds("knives under 70")
