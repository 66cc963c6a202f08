"""From real conversations to rows: what tells who wrote goes, what is to be labelled stays."""

from pathlib import Path

import pytest

from evals.live import labelled, live_rows, read_live, write_live
from evals.redaction import redacted
from state.ids import MessageId, SessionId, TenantId, TurnId
from state.session import FinishedTurn
from state.turn import MediaPart, Part, TextPart, Turn


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("llámame al +34 600 111 222 o 600-111-222", "llámame al +00 000 000 000 o 000-000-000"),
        ("mi correo es ana.gil@correo.es", "mi correo es name@example.com"),
        ("es el A-5512 creo", "es el A-0000 creo"),
        ("Me llamo Ana de la Torre y busco una tetera", "Me llamo NAME y busco una tetera"),
        ("my name is John O'Neil, order 12345", "my name is NAME, order 00000"),
        ("soy cliente, ¿abren a las 10:30? cuesta 25,50 €", "soy cliente, ¿abren a las 10:30? cuesta 25,50 €"),
        ("IBAN ES91 2100 0418 4502 0005 1332", "IBAN ES00 0000 0000 0000 0000 0000"),
    ],
)
def test_what_tells_who_wrote_it_goes_and_what_routing_needs_stays(text: str, left: str) -> None:
    assert redacted(text) == left


def finished(number: int, text: str, lane: str, parts: list[Part] | None = None) -> FinishedTurn:
    turn = Turn(
        TurnId(f"trn_{number}"), MessageId(f"m{number}"), 1, parts or [TextPart(text)], text, "es", lane, "x", "Claro."
    )
    return FinishedTurn(TenantId("demo"), SessionId("ses_1"), "whatsapp", "completed", 10, turn, number)


def test_finished_turns_become_rows_that_can_be_labelled_and_picked_up_again(tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    turns = [
        finished(2, "es el A-5512", "support"),
        finished(1, "Soy Ana, llegó rota", "support"),
        finished(3, "", "support", [MediaPart("image", "ref")]),
    ]

    write_live(path, live_rows(turns))
    rows = read_live(path)

    assert [one.text for one in rows] == ["Soy NAME, llegó rota", "es el A-0000", ""]
    assert [(one.prev_lane, one.said_lane, one.kind) for one in rows] == [
        (None, "support", "first"),
        ("support", "support", "continue"),
        ("support", "support", "media"),
    ]
    assert [line.role for line in rows[1].history] == ["customer", "assistant"]
    assert labelled(rows) == []
    done = rows[0].model_copy(update={"lane": "support", "intent": "return_item"})
    assert [gold.lane for gold in labelled([done, *rows[1:]])] == ["support"]
