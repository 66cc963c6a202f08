"""Documents that people send, and those that are made to do harm."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from pypdf import PdfWriter

from nodes.agents.documents.limits import Limits
from nodes.agents.documents.paragraphs import is_heading, joined_lines, sections_of, tidied
from nodes.agents.documents.reading import read_document
from state.document import DocumentError

EXAMPLES = Path(__file__).parents[2] / "graphs" / "templates" / "examples"


def contract(ending: str) -> bytes:
    return (EXAMPLES / f"contrato-suministro.{ending}").read_bytes()


@pytest.mark.parametrize("ending", ["pdf", "docx", "html"])
async def test_the_same_contract_reads_the_same_in_every_format(ending: str) -> None:
    read = await read_document(f"contrato.{ending}", contract(ending))

    assert read.kind == ending
    assert [section.title for section in read.sections][1:4] == [
        "PRIMERA.- Objeto", "SEGUNDA.- Duración y prórroga", "TERCERA.- Precio",
    ]  # fmt: skip
    assert "periodos sucesivos de veinticuatro (24) meses, salvo que" in read.text
    assert not read.truncated


async def test_what_a_file_is_is_told_by_its_bytes_and_not_by_its_name() -> None:
    read = await read_document("contrato.txt", contract("pdf"))

    assert read.kind == "pdf"


def archive(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return packed.getvalue()


def locked() -> bytes:
    made, out = PdfWriter(), io.BytesIO()
    made.add_blank_page(100, 100)
    made.encrypt("secret")
    made.write(out)
    return out.getvalue()


def pictures_only() -> bytes:
    made, out = PdfWriter(), io.BytesIO()
    made.add_blank_page(100, 100)
    made.write(out)
    return out.getvalue()


def empty_word() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "a picture"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "old Word file"),
        (bytes(range(256)) * 8, "no text, PDF, DOCX or HTML"),
        (b"%PDF-1.7\n" + b"garbage " * 100, "PDF"),
        (locked(), "password"),
        (pictures_only(), "only pictures"),
        (empty_word(), "holds no text"),
        (b"PK\x03\x04" + b"nonsense" * 20, "broken archive"),
        (archive(readme_txt=b"hello"), "no Word document"),
        (archive(word__document_xml=b"<a/>"), "no intact Word document"),
        (archive(word__document_xml=b"0" * (64 << 20)), "unpacks to"),
        (b"<html><body><script>alert(1)</script></body></html>", "no text"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=says) as refused:
        await read_document("file", content)

    assert refused.value.hint


async def test_a_file_over_the_limit_is_not_looked_at() -> None:
    with pytest.raises(DocumentError, match="MiB"):
        await read_document("big.txt", b"a" * 100, Limits(bytes=99))


async def test_a_reader_that_takes_too_long_is_ended() -> None:
    with pytest.raises(DocumentError, match="takes longer"):
        await read_document("slow.pdf", contract("pdf"), Limits(seconds=0))


async def test_a_reader_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(DocumentError, match="too much memory"):
        await read_document("big.docx", contract("docx"), Limits(memory_bytes=1 << 20))


async def test_more_text_than_is_kept_is_cut_and_said_to_be() -> None:
    read = await read_document("notes.txt", b"una frase. " * 1000, Limits(characters=500))

    assert len(read.text) == 500
    assert read.truncated


async def test_entities_of_a_word_document_are_not_resolved() -> None:
    original, bomb = zipfile.ZipFile(io.BytesIO(contract("docx"))), io.BytesIO()
    with zipfile.ZipFile(bomb, "w") as made:
        for entry in original.infolist():
            body = original.read(entry)
            if entry.filename == "word/document.xml":
                body = body.replace(b"PRIMERA.-", b"&leak;").replace(
                    b"<w:document ", b'<!DOCTYPE d [<!ENTITY leak SYSTEM "file:///etc/passwd">]><w:document ', 1
                )
            made.writestr(entry.filename, body)

    try:
        read = await read_document("leak.docx", bomb.getvalue())
    except DocumentError:
        return

    assert "root:" not in read.text


def test_control_characters_and_invisible_ones_are_left_out() -> None:
    assert tidied("a\x00b\u200bc\u202e d\r\ne\ufeff") == "abc d\ne"


def test_lines_of_a_page_become_paragraphs() -> None:
    lines = [
        "El proveedor entregará los pedidos en un plazo de cinco días hábi-",
        "les desde que los reciba, salvo que las partes acuerden otra cosa.",
        "Fin.",
        "El cliente los pagará.",
    ]

    assert (
        joined_lines(lines)
        .split("\n\n")[0]
        .startswith("El proveedor entregará los pedidos en un plazo de cinco días hábiles")
    )


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("SEGUNDA.- Duración", True),
        ("Cláusula 4ª: Precio", True),
        ("12. Payment Terms", True),
        ("CONTRATO DE SUMINISTRO", True),
        ("1. the parties agree", False),
        ("(24) meses, salvo que", False),
        ("Café en grano | 240 | 18,50 €", False),
    ],
)
def test_headings_are_told_from_sentences(line: str, heading: bool) -> None:
    assert is_heading(line) is heading


def test_what_stands_before_the_first_heading_has_a_section_of_its_own() -> None:
    assert [one.title for one in sections_of("Entre las partes.\n\n1. Objeto\n\nCafé.")] == ["", "1. Objeto"]
