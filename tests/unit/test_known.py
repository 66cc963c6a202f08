"""What is known of a case is shown in words."""

from pydantic import JsonValue

from server.commands.known import known_of


def test_a_return_is_shown_as_people_speak_of_it() -> None:
    lines: list[JsonValue] = [
        {"sku": "KET-RED-17", "name": "Hervidor Olmo", "quantity": 1, "ordered": 2},
        {"sku": "CUP-1", "name": "Taza", "quantity": 2, "ordered": 2},
    ]

    shown = list(
        known_of({"reason": "broken", "refund_minor": 3990, "currency": "EUR", "turn": "trn_1", "lines": lines})
    )

    assert shown == [
        "reason: broken",
        "refund: 39.90 EUR",
        "comes back: 1 × Hervidor Olmo (KET-RED-17) of 2 ordered | 2 × Taza (CUP-1)",
    ]


def test_a_handoff_says_what_was_answered_and_where_there_is_more() -> None:
    links: dict[str, JsonValue] = {"turns": "/v1/sessions/ses_1/turns", "session": "laneway sessions show ses_1"}

    shown = list(known_of({"said": ["hi", "a person"], "tried": ["Horario"], "unanswered": 0, "links": links}))

    assert shown == ["customer said: hi | a person", "answered about: Horario", "more: laneway sessions show ses_1"]
