"""Long texts are cut where a reader would pause."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from nodes.splitting import split, split_off_end, units
from server.channels.whatsapp.markup import as_whatsapp

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
CLUSTERS = ["a", "ñ", "e\u0301", "👍🏽", FAMILY, "🇪🇸", "❤\ufe0f", "क्षि", "好", " ", "\n", "\n\n", ". ", "。", "\r\n"]
texts = st.lists(st.sampled_from(CLUSTERS), max_size=120).map("".join)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(texts, st.integers(24, 60))
def test_pieces_are_short_enough_and_together_say_the_same(text: str, limit: int) -> None:
    pieces = split(text, limit)

    assert all(0 < units(piece) <= limit for piece in pieces)
    assert squeezed("".join(pieces)) == squeezed(text)


@given(texts, st.integers(24, 60))
def test_no_cluster_is_cut(text: str, limit: int) -> None:
    whole = [cluster for cluster in iter_graphemes(text) if cluster.strip()]

    cut = [cluster for piece in split(text, limit) for cluster in iter_graphemes(piece) if cluster.strip()]

    assert cut == whole


@given(texts, st.integers(24, 60))
def test_the_end_that_is_split_off_is_short_and_nothing_is_lost(text: str, limit: int) -> None:
    before, last = split_off_end(text, limit)

    assert units(last) <= limit
    assert squeezed(before + last) == squeezed(text)
    assert bool(last) == bool(text.strip())


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_split(text: str) -> None:
    assert squeezed("".join(split(text, 10))) == squeezed(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Uno dos tres.\n\nCuatro. Cinco seis siete", ["Uno dos tres.", "Cuatro. Cinco seis", "siete"]),
        ("Uno dos tres. Cuatro cinco", ["Uno dos tres.", "Cuatro cinco"]),
        ("- uno dos tres\n- cuatro cinco", ["- uno dos tres", "- cuatro cinco"]),
        ("一二三四五六七八九十。一二三四五六七八九十一", ["一二三四五六七八九十。", "一二三四五六七八九十一"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    ],
)
def test_paragraphs_lines_sentences_and_words_are_kept_whole(text: str, pieces: list[str]) -> None:
    assert split(text, 20) == pieces


def test_what_is_split_off_begins_with_a_sentence() -> None:
    text = "Tenemos tres mesas. " * 30 + "¿Cuál quiere?"

    before, last = split_off_end(text, 60)

    assert last.startswith("Tenemos")
    assert last.endswith("¿Cuál quiere?")
    assert before.endswith("mesas.")


def test_a_long_text_is_split_in_time_that_grows_with_its_length() -> None:
    pieces = split("palabra " * 100_000, 4096)

    assert all(units(piece) == 4095 for piece in pieces[:-1])
    assert all(a and b for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Abierto** hoy", "*Abierto* hoy"),
        ("__Abierto__ hoy", "*Abierto* hoy"),
        ("~~10 €~~ 8 €", "~10 €~ 8 €"),
        ("## Horario ##\nLunes", "*Horario*\nLunes"),
        ("Vea [la guía](https://example.com/a?b=1).", "Vea la guía (https://example.com/a?b=1)."),
        ("```python\nx = 2**3**4\n```", "```\nx = 2**3**4\n```"),
        ("2**3**4 y a_b__c__d", "2**3**4 y a_b__c__d"),
        ("*ya* _está_ ~bien~ ** solo **", "*ya* _está_ ~bien~ ** solo **"),
        ("#pedido 5 * 3 = 15", "#pedido 5 * 3 = 15"),
    ],
)
def test_markdown_is_written_as_whatsapp_shows_it(markdown: str, shown: str) -> None:
    assert as_whatsapp(markdown) == shown
