"""Every body of the Cloud API as we send it, and every limit."""

from typing import Any

import pytest

from server.channels.whatsapp import outbound
from server.channels.whatsapp.outbound import Address, Row
from server.channels.whatsapp.shaping import in_template, shaped
from state.conversation import Attachment, Choice, Link, OutboundMessage
from state.send_errors import ShapeError

TO = Address("34600111222", opaque="out_1", reply_to="wamid.1")
BARE = Address("34600111222")
YES, NO = Choice("yes", "Sí"), Choice("no", "No")


def choices(count: int) -> list[Choice]:
    return [Choice(f"c{number}", f"Opción {number}") for number in range(count)]


def say(text: str, *offered: Choice, to: Address = TO) -> dict[str, Any]:
    return shaped(OutboundMessage(text, list(offered)), to, menu="Ver opciones")


def test_a_text_message() -> None:
    assert say("Hola") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "34600111222",
        "context": {"message_id": "wamid.1"},
        "type": "text",
        "text": {"body": "Hola", "preview_url": False},
        "biz_opaque_callback_data": "out_1",
    }


@pytest.mark.parametrize("user", ["US.13491208655302741918", "ES.ENT.a1B2"])
def test_a_business_scoped_user_id_goes_into_recipient_and_never_into_to(user: str) -> None:
    body = outbound.text(Address(user), "Hola")

    assert body["recipient"] == user
    assert "to" not in body


@pytest.mark.parametrize("phone", ["34600111222", "+34600111222"])
def test_a_phone_number_goes_into_to_and_never_into_recipient(phone: str) -> None:
    body = outbound.text(Address(phone), "Hola")

    assert body["to"] == phone
    assert "recipient" not in body


@pytest.mark.parametrize("nobody", ["", "us.1", "US.", "ES.a-b", "34 600", "34600111222\n", "US." + "1" * 129])
def test_what_is_neither_is_refused(nobody: str) -> None:
    with pytest.raises(ShapeError, match="recipient"):
        outbound.text(Address(nobody), "Hola")


def test_up_to_three_choices_are_buttons() -> None:
    body = say("¿Seguimos?", YES, NO)

    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "¿Seguimos?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "Sí"}},
                {"type": "reply", "reply": {"id": "no", "title": "No"}},
            ]
        },
    }


@pytest.mark.parametrize("count", [4, 10])
def test_four_to_ten_choices_are_a_list(count: int) -> None:
    body = say("¿Cuál?", *choices(count))

    action = body["interactive"]["action"]
    assert body["interactive"]["type"] == "list"
    assert action["button"] == "Ver opciones"
    assert [row["id"] for row in action["sections"][0]["rows"]] == [f"c{number}" for number in range(count)]


LONG = Choice("product:1", "Hervidor esmaltado rojo de 1,7 litros", "49,90 €")


def test_long_choices_are_rows_and_told_whole() -> None:
    body = say("¿Cuál?", LONG, YES)

    [section] = body["interactive"]["action"]["sections"]
    assert section["rows"] == [
        {
            "id": "product:1",
            "title": "Hervidor esmaltado rojo…",
            "description": "Hervidor esmaltado rojo de 1,7 litros · 49,90 €",
        },
        {"id": "yes", "title": "Sí"},
    ]


def test_rows_that_begin_alike_are_told_apart_by_their_ends() -> None:
    names = [f"Hervidor Olmo de 1,7 litros {colour}" for colour in ("acero", "negro", "rojo")]

    body = say("¿Cuál?", *(Choice(f"product:{name}", name) for name in names))

    [section] = body["interactive"]["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == [
        "…de 1,7 litros acero",
        "…de 1,7 litros negro",
        "…de 1,7 litros rojo",
    ]


def test_choices_that_read_alike_are_rows() -> None:
    assert say("¿Cuál?", YES, Choice("also", "Sí"))["interactive"]["type"] == "list"


@pytest.mark.parametrize("title", ["Sí", "S" * 200, "una palabra " * 30, "😀" * 40])
@pytest.mark.parametrize("count", [1, 3, 4, 10, 25])
def test_whatever_is_offered_can_be_sent(title: str, count: int) -> None:
    offered = [Choice(f"c{number}", f"{number} {title}", title) for number in range(count)]

    assert say("¿Cuál?", *offered)["type"] == "interactive"


def test_a_link_is_a_button_and_a_file_takes_the_words_along() -> None:
    link, photo = Link("Ver dónde estamos en el mapa", "https://a.test"), Attachment("image", "https://a.test/1.jpg")

    opened = shaped(OutboundMessage("Aquí", link=link), TO, menu="Ver")
    shown = shaped(OutboundMessage("Así es", attachment=photo), TO, menu="Ver")

    assert opened["interactive"]["action"]["parameters"] == {
        "display_text": "Ver dónde estamos…",
        "url": "https://a.test",
    }
    assert shown["image"] == {"link": "https://a.test/1.jpg", "caption": "Así es"}


def test_an_emoji_says_it_where_there_is_a_message_to_put_it_on() -> None:
    said = OutboundMessage("Recibido.", reaction="👍")

    assert shaped(said, TO, menu="Ver")["reaction"] == {"message_id": "wamid.1", "emoji": "👍"}
    assert shaped(said, BARE, menu="Ver")["text"]["body"] == "Recibido."


def test_an_answer_fits_into_a_template_on_one_line() -> None:
    body = in_template(OutboundMessage("Abrimos\n\na las **10**."), TO, "answer", "es")

    assert body["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Abrimos a las *10*."}]
    with pytest.raises(ShapeError):
        in_template(OutboundMessage("x" * 1025), TO, "answer", "es")


def test_a_header_and_a_footer() -> None:
    body = outbound.buttons(BARE, "¿Sí?", [YES], header="Mesa", footer="Gracias")

    assert body["interactive"]["header"] == {"type": "text", "text": "Mesa"}
    assert body["interactive"]["footer"] == {"text": "Gracias"}


def test_a_button_that_opens_an_address() -> None:
    body = outbound.web_link(BARE, "Su pedido", "https://example.com/1", label="Ver pedido")

    action = {"name": "cta_url", "parameters": {"display_text": "Ver pedido", "url": "https://example.com/1"}}
    assert body["interactive"] == {"type": "cta_url", "body": {"text": "Su pedido"}, "action": action}


def test_a_file_by_id_or_by_link() -> None:
    by_id = outbound.media(BARE, "document", media_id="7", caption="Factura", filename="f.pdf")
    by_link = outbound.media(BARE, "image", link="https://example.com/a.jpg")

    assert by_id["document"] == {"id": "7", "caption": "Factura", "filename": "f.pdf"}
    assert by_link["image"] == {"link": "https://example.com/a.jpg"}


def test_a_template_a_reaction_and_a_place() -> None:
    header = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}

    assert outbound.template(BARE, "hello", "es", [header])["template"] == {
        "name": "hello",
        "language": {"code": "es"},
        "components": [header],
    }
    assert outbound.reaction(TO, "wamid.9", "👍")["reaction"] == {"message_id": "wamid.9", "emoji": "👍"}
    assert "context" not in outbound.reaction(TO, "wamid.9", "")
    assert outbound.location(BARE, 40.4, -3.7, name="Tienda")["location"] == {
        "latitude": 40.4,
        "longitude": -3.7,
        "name": "Tienda",
    }


ROWS = [Row("a", "A")]
OVER: list[tuple[str, Any]] = [
    ("text.body", lambda: outbound.text(BARE, "x" * 4097)),
    ("text.body", lambda: say(" \n ")),
    ("interactive.body.text", lambda: outbound.buttons(BARE, "x" * 1025, [YES])),
    ("interactive.body.text", lambda: say("", YES)),
    ("interactive.header.text", lambda: outbound.buttons(BARE, "x", [YES], header="x" * 61)),
    ("interactive.footer.text", lambda: outbound.buttons(BARE, "x", [YES], footer="x" * 61)),
    ("interactive.action.buttons", lambda: outbound.buttons(BARE, "x", choices(4))),
    ("interactive.action.buttons", lambda: outbound.buttons(BARE, "x", [])),
    ("button.reply.title", lambda: outbound.buttons(BARE, "x", [Choice("a", "x" * 21)])),
    ("button.reply.title", lambda: outbound.buttons(BARE, "x", [Choice("a", "Sí"), Choice("b", "Sí")])),
    ("button.reply.title", lambda: say("x", Choice("a", ""))),
    ("button.reply.id", lambda: say("x", Choice("a", "A"), Choice("a", "B"))),
    ("button.reply.id", lambda: say("x", Choice("x" * 257, "A"))),
    ("button.reply.id", lambda: say("x", Choice(" a", "A"))),
    ("row.id", lambda: outbound.rows(BARE, "x", [Row("x" * 201, "A")], menu="Ver")),
    ("row.id", lambda: outbound.rows(BARE, "x", ROWS * 2, menu="Ver")),
    ("row.title", lambda: outbound.rows(BARE, "x", [Row("a", "x" * 25)], menu="Ver")),
    ("row.description", lambda: outbound.rows(BARE, "x", [Row("a", "A", "x" * 73)], menu="Ver")),
    ("interactive.action.button", lambda: outbound.rows(BARE, "x", ROWS, menu="x" * 21)),
    ("interactive.action.parameters.display_text", lambda: outbound.web_link(BARE, "x", "https://a", label="x" * 21)),
    ("interactive.action.parameters.url", lambda: outbound.web_link(BARE, "x", "javascript:alert(1)", label="x")),
    ("image.caption", lambda: outbound.media(BARE, "image", media_id="1", caption="x" * 1025)),
    ("audio.caption", lambda: outbound.media(BARE, "audio", media_id="1", caption="x")),
    ("image.filename", lambda: outbound.media(BARE, "image", media_id="1", filename="x")),
    ("image", lambda: outbound.media(BARE, "image")),
    ("location", lambda: outbound.location(BARE, 91, 0)),
    ("biz_opaque_callback_data", lambda: outbound.text(Address("34600111222", opaque="x" * 513), "x")),
]


@pytest.mark.parametrize(("field", "made"), OVER, ids=[f"{number}-{name}" for number, (name, _) in enumerate(OVER)])
def test_what_is_over_a_limit_is_refused_and_the_field_is_named(field: str, made: Any) -> None:
    with pytest.raises(ShapeError) as refused:
        made()

    assert refused.value.field == field
    assert refused.value.code == "message_limit"
    assert "the limit is" in refused.value.message


def test_a_refusal_says_the_limit_and_the_length_and_not_the_words() -> None:
    with pytest.raises(ShapeError) as refused:
        outbound.buttons(BARE, "x", [Choice("a", "geheim" * 5)])

    assert refused.value.message == "button.reply.title of a message: the limit is 1 to 20 characters, it has 30."
