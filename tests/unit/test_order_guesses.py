"""Guessing whose an order is: counted by the order, whatever conversation it goes on in."""

from dataclasses import replace

import pytest

from nodes.ownership import Customer
from server.script import Line, Script
from state.ids import SessionId
from state.shop import GUESSES_KEPT_MS
from tests.dialogues.playing import Player
from tests.dialogues.world import DEMO, World, open_world
from tests.trained import trained


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


async def said(world: World, session: str, *lines: str) -> list[str]:
    player = Player(world, Script(name=session, locale="en", lines=[Line(customer=line) for line in lines]))
    player.session = SessionId(session)
    return [(await player.say(line)).text for line in player.script.lines]


async def test_wrong_details_of_an_order_add_up_over_conversations_until_only_a_person_helps() -> None:
    world = await open_world()
    asked = "where is my order A-5512?"

    await said(world, "ses_1", asked, "one@example.com", "two@example.com")
    second = await said(world, "ses_2", asked, "three@example.com", "four@example.com", "five@example.com")
    third = await said(world, "ses_3", asked)
    right = await said(world, "ses_4", asked, "lucia@example.com")

    assert "I can't find an order A-5512" in second[2]
    assert "locked" in second[3]
    assert "locked" in third[0]
    assert "Correos Express" not in " ".join(right)


async def test_the_same_wrong_detail_again_is_no_further_guess() -> None:
    world = await open_world()

    for session in ("ses_1", "ses_2", "ses_3"):
        await said(world, session, "where is my order A-5512?", "wrong@example.com", "wrong@example.com")
    right = await said(world, "ses_4", "where is my order A-5512?", "lucia@example.com")

    assert "Correos Express" in right[1]


async def test_what_a_model_tries_is_counted_by_the_policys_own_question() -> None:
    owner = (await open_world()).ports.owners["order"]

    def guessing(email: str) -> Customer:
        return Customer(DEMO, SessionId(f"ses_{email}"), "chat", None, {"email": email}, at=1)

    tried = [await owner.owns(guessing(f"{number}@example.com"), "A-5512") for number in range(5)]
    right = await owner.owns(guessing("lucia@example.com"), "A-5512")
    later = await owner.owns(replace(guessing("lucia@example.com"), at=2 + GUESSES_KEPT_MS), "A-5512")

    assert [*tried, right] == [False] * 6
    assert later


async def test_a_number_that_no_order_has_locks_in_the_same_words() -> None:
    world = await open_world()
    wrong = [f"{number}@example.com" for number in range(5)]

    there = await said(world, "ses_1", "where is my order A-5512?", *wrong)
    nowhere = await said(world, "ses_2", "where is my order A-9999?", *wrong)

    assert [one.replace("A-9999", "A-5512") for one in nowhere] == there


async def test_phones_tried_with_a_known_email_and_no_number_add_up_too() -> None:
    world = await open_world()
    lost = ("where is my order?", "I don't have the number")

    for number in range(5):
        await said(world, f"ses_{number}", *lost, f"lucia@example.com, 60000000{number}")
    right = await said(world, "ses_9", *lost, "lucia@example.com, 600100512")

    unguessed = await said(await open_world(), "ses_1", *lost, "lucia@example.com, 600100512")
    assert "A-5497" in unguessed[-1]
    assert "A-5497" not in right[-1]
