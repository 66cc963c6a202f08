"""Files of customers on a simulated account: taken in, handed out, refused honestly."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.forked import serving
from tests.integration.test_whatsapp import Town, town, words
from tests.processes import ServerProcess

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200_000
PDF = b"%PDF-1.7\n%\xe2\xe3" + b"\0" * 2000
Place = tuple[Town, ServerProcess, Path]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        one, folder = stack.enter_context(town()), tmp_path_factory.mktemp("data")
        settings = one.settings() | {"LANEWAY_MEDIA_DOCUMENT_MB": "1"}
        server = stack.enter_context(serving(folder, port=0, **settings))
        one.world.courier.url = f"{server.url}/webhooks/whatsapp"
        yield one, server, folder


def answer(town: Town, phone: str, count: int = 1) -> tuple[str, str]:
    """Return the session and the words of a customer's latest answer."""
    taken = town.answers(count, phone)[-1]
    return str(taken.opaque).split("/")[0], words(taken)


def test_a_photo_is_kept_privately_and_can_be_downloaded(place: Place) -> None:
    town, server, folder = place
    ref = town.world.send_file("34620000001", "image", "image/jpeg", PNG, filename="../yo.exe")
    session, said = answer(town, "34620000001")

    found = httpx2.get(f"{server.url}/v1/sessions/{session}/media/{ref}")
    state = httpx2.get(f"{server.url}/v1/sessions/{session}/state").json()
    files = [path for path in (folder / "media").rglob("*") if path.is_file()]

    assert "foto" in said
    assert found.content == PNG
    assert found.headers["content-type"] == "image/png"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-disposition"].startswith('attachment; filename="yo.png"')
    assert state["turns"][-1]["parts"][0]["stored"]["size"] == len(PNG)
    assert [(path.stat().st_mode & 0o777, path.parents[1].name) for path in files] == [(0o600, "demo")]


def test_the_same_file_in_an_edited_message_is_fetched_once(place: Place) -> None:
    town, _, _ = place
    ref = town.world.send_file("34620000002", "image", "image/png", PNG, caption="¿a qué hora abren?")
    answer(town, "34620000002")
    town.world.say("34620000002", {"type": "image", "image": {"id": ref, "caption": "¿abren el domingo?"}})
    answer(town, "34620000002", 2)

    assert town.world.asked.count(ref) == 1


def test_files_that_are_not_taken_are_answered_with_the_reason(place: Place) -> None:
    town, server, _ = place
    ref = town.world.send_file("34620000003", "document", "application/pdf", b"MZ\x90\0" * 9, filename="factura.pdf")
    session, refused = answer(town, "34620000003")
    town.world.send_file("34620000003", "document", "application/pdf", PDF * 600, filename="catalogo.pdf")
    _, too_large = answer(town, "34620000003", 2)
    town.world.say("34620000003", {"type": "image", "image": {"id": "999999", "mime_type": "image/png"}})
    _, gone = answer(town, "34620000003", 3)

    assert "ese tipo de archivo" in refused
    assert "pesa demasiado" in too_large
    assert "no puedo abrirlo" in gone
    assert httpx2.get(f"{server.url}/v1/sessions/{session}/media/{ref}").status_code == 404


def test_what_is_not_there_is_said_in_the_form_of_all_errors(place: Place) -> None:
    _, server, _ = place
    for path in ("ses_none/media/1", "ses_none/media/..%2F..%2Fetc", "x" * 100 + "/media/1"):
        missing = httpx2.get(f"{server.url}/v1/sessions/{path}")

        assert missing.status_code == 404
        assert set(json.loads(missing.content)) == {"code", "message", "hint"}


def test_a_document_keeps_its_name(place: Place) -> None:
    town, server, _ = place
    ref = town.world.send_file("34620000004", "document", "application/pdf", PDF, filename="Factura nº 5.pdf")
    session, said = answer(town, "34620000004")

    found = httpx2.get(f"{server.url}/v1/sessions/{session}/media/{ref}")

    assert "documento" in said
    assert "filename*=UTF-8''Factura%20n%C2%BA%205.pdf" in found.headers["content-disposition"]
