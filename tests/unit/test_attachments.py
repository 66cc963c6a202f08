"""What is honestly said of files, and how their parts are kept."""

from dataclasses import replace

import ormsgpack
import pytest
from langgraph.checkpoint.serde.jsonplus import EXT_CONSTRUCTOR_KW_ARGS

from nodes.compose import compose
from nodes.lanes.attachments import answer_attachments
from nodes.lanes.phrasing import Phrasing
from state.conversation import Reply
from state.stores.serde import state_serializer
from state.turn import MediaPart, Part, StoredFile, TextPart
from tests.desk import Stage, conversation, demo
from tests.fakes import said

STORED = StoredFile("ab" * 32, 3, "audio/ogg")
PHOTO, VOICE = MediaPart("image", "1"), MediaPart("voice", "2", stored=STORED)
HUGE, PROGRAM = MediaPart("video", "3", problem="too_large"), MediaPart("document", "4", problem="refused")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([PHOTO], "I got your photo, but I can't open it yet"),
        ([replace(PHOTO, problem="unavailable")], "I got your photo, but I can't open it yet"),
        ([VOICE], "I got your voice note, but I can't listen to it yet"),
        ([HUGE], "Your video is too big for me"),
        ([PROGRAM], "I can't take that kind of file"),
        ([PHOTO, PROGRAM], "I can't take that kind of file"),
    ],
)
def test_a_file_without_words_is_answered_with_what_became_of_it(parts: list[Part], words: str) -> None:
    reply = answer_attachments(said(parts=parts, locale="en"), Phrasing(demo(), "en"))

    assert reply is not None
    assert words in reply.text


async def test_words_are_answered_and_what_became_of_their_files_is_said_first() -> None:
    parts: list[Part] = [TextPart("hola"), PROGRAM, VOICE, VOICE]

    update = await compose(conversation(parts=parts, reply=Reply("¡Hola!")), Stage().runtime)

    assert update["outbound"][0].text.split("\n")[-1] == "¡Hola!"
    assert update["outbound"][0].text.count("nota de voz") == 1
    assert "No puedo recibir ese tipo de archivo" in update["outbound"][0].text


async def test_words_with_a_file_that_is_fine_are_answered_alone() -> None:
    update = await compose(conversation(parts=[TextPart("hola"), PHOTO], reply=Reply("¡Hola!")), Stage().runtime)

    assert [message.text for message in update["outbound"]] == ["¡Hola!"]


def test_checkpoints_from_before_files_were_kept_can_be_read() -> None:
    old = {"kind": "image", "ref": "1", "mime": "image/jpeg", "caption": "mira", "filename": None}
    packed = ormsgpack.packb(("state.turn", "MediaPart", old))
    serializer = state_serializer()

    part = serializer.loads_typed(("msgpack", ormsgpack.packb(ormsgpack.Ext(EXT_CONSTRUCTOR_KW_ARGS, packed))))

    assert part == MediaPart("image", "1", "image/jpeg", "mira")
    assert serializer.loads_typed(serializer.dumps_typed(VOICE)) == VOICE
