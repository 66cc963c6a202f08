"""Which files are taken is decided by their bytes, never by what the sender says."""

import io
import zipfile
from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.admission import MIB, admitted, file_name, largest
from state.media import MediaFailedError
from state.turn import MediaKind

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n%\xe2\xe3"
OGG = b"OggS\0\2" + b"\0" * 22 + b"\1\x13OpusHead"
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 20
EXE = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff"
ELF = b"\x7fELF\2\1\1\0" + b"\0" * 60


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 50)
    return made.getvalue()


WORD = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")


@pytest.mark.parametrize(
    ("kind", "content", "mime"),
    [
        ("image", PNG, "image/png"),
        ("voice", OGG, "audio/ogg"),
        ("audio", MP4, "audio/mp4"),
        ("video", MP4, "video/mp4"),
        ("document", PDF, "application/pdf"),
        ("document", PNG, "image/png"),
        ("document", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("document", "año;precio\n2026;5 €\n".encode(), "text/plain"),
    ],
)
def test_what_customers_send_is_taken(kind: MediaKind, content: bytes, mime: str) -> None:
    assert admitted(kind, content) == mime


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("document", EXE),
        ("document", ELF),
        ("document", zipped("setup.exe")),
        ("document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("document", b"a\0b"),
        ("document", b""),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("image", PDF),
        ("image", EXE),
        ("voice", PNG),
        ("sticker", MP4),
    ],
)
def test_programs_archives_and_what_is_not_what_it_claims_are_refused(kind: MediaKind, content: bytes) -> None:
    with pytest.raises(MediaFailedError) as refused:
        admitted(kind, content)

    assert refused.value.problem == "refused"


@settings(deadline=None)
@given(
    st.sampled_from([b"", PNG, PDF, OGG, MP4, EXE, ELF, WORD, b"PK\3\4", b"RIFF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
    st.binary(max_size=700),
    st.integers(0, 60),
    st.sampled_from(get_args(MediaKind)),
)
def test_whatever_comes_is_taken_or_refused(head: bytes, rest: bytes, cut: int, kind: MediaKind) -> None:
    with suppress(MediaFailedError):
        assert admitted(kind, head[: len(head) - cut] + rest)


@pytest.mark.parametrize(
    ("told", "mime", "name"),
    [
        ("factura nº 5.pdf", "application/pdf", "factura nº 5.pdf"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.pdf"),
        ("run.bat", "text/plain", "run.txt"),
        ("prices.CSV", "text/plain", "prices.csv"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ('a"\r\nSet-Cookie: x', "image/png", "a_Set-Cookie_ x.png"),
        ("...", "image/jpeg", "file.jpg"),
        ("x" * 500, "audio/ogg", f"{'x' * 80}.ogg"),
    ],
)
def test_a_files_name_is_harmless_and_ends_as_its_content_wants(told: str, mime: str, name: str) -> None:
    assert file_name(told, mime) == name


def test_documents_have_the_operators_limit_and_the_rest_whatsapps() -> None:
    assert (largest("image", 1), largest("voice", 1), largest("document", 7)) == (5 * MIB, 16 * MIB, 7)
