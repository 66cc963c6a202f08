"""Replies to several things at once."""

from nodes.lanes.helping.each_order import asked_of_each
from nodes.lanes.helping.terms import reason_in
from nodes.lanes.together import as_one
from state.conversation import Reply
from tests.desk import demo


def test_a_paragraph_of_two_replies_is_said_once() -> None:
    first, second = Reply("I'm sorry.\n\nTrack it."), Reply("I'm sorry.\n\nWrite to us.")

    reply = as_one([first, second])

    assert reply.text == "I'm sorry.\n\nTrack it.\n\nWrite to us."


def test_each_order_has_the_words_beside_its_own_number() -> None:
    text = "return the kettle from A-5497, it came broken, and where is A-5512"

    found = [(one.intent, one.text) for one in asked_of_each(text, demo())]

    assert found == [
        ("return_item", "return the kettle from A-5497, it came broken"),
        ("order_status", "where is A-5512"),
    ]


def test_two_numbers_of_which_one_is_asked_nothing_are_taken_as_one_thing() -> None:
    text = "where is A-5512, I also have A-5497"

    found = asked_of_each(text, demo())

    assert found == []


def test_what_does_not_cut_is_faulty() -> None:
    said = ["no corta", "está desafilado", "its blunt", "it isn't sharp", "it doesn't cut"]

    reasons = {reason_in(one) for one in said}

    assert reasons == {"faulty"}
