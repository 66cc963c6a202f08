from functools import cache
from pathlib import Path

import pytest

from nodes.build_turn import SURE_OF_LANGUAGE
from nodes.languages import TenantLanguages
from prompts.tenant import Tenant
from tests.desk import demo
from tests.fakes import shop


@cache
def languages() -> TenantLanguages:
    return TenantLanguages(demo())


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("hola", "es"),
        ("kettle", "en"),
        ("I want to return the kettle, it arrived broken", "en"),
        ("¿a qué hora abren?", "es"),
        ("precio", "es"),
        ("gracias", "es"),
        ("thanks", "en"),
        ("olla", "es"),
        ("quanto cuesta", "es"),
    ],
)
def test_short_messages_are_told_apart_surely(text: str, locale: str) -> None:
    detected, probability = languages().detect(text)

    assert detected == locale
    assert probability >= SURE_OF_LANGUAGE


@pytest.mark.parametrize("text", ["ok", "no", "A-5512", "👍", "", "WhatsApp"])
def test_what_is_said_in_both_languages_changes_neither(text: str) -> None:
    assert languages().detect(text)[1] == 0.5


def test_a_shop_with_little_text_still_tells_its_languages_apart() -> None:
    small = TenantLanguages(shop())

    assert small.detect("¿cuánto cuesta el molinillo?")[0] == "es"
    assert small.detect("how much is the grinder?")[0] == "en"


def one_language() -> Tenant:
    profile = shop().profile.model_copy(update={"locales": ["es"]})
    return shop().model_copy(update={"profile": profile, "folder": Path("one")})


def test_a_shop_with_one_language_hears_only_that_one() -> None:
    assert TenantLanguages(one_language()).detect("how much is the kettle") == ("es", 1.0)


@pytest.mark.parametrize(
    "text", ["asdf qwerty", "lkjh", "xyzzy", "сколько стоит", "你好", "wann öffnen Sie", "ile to kosztuje"]
)
def test_nonsense_and_unknown_languages_are_surely_none(text: str) -> None:
    assert languages().detect(text)[1] == 0.5


def test_what_was_learned_is_kept_and_read_again(tmp_path: Path) -> None:
    first = TenantLanguages(shop(), tmp_path)
    [kept] = tmp_path.glob("*.npz")
    written = kept.stat().st_mtime_ns

    again = TenantLanguages(shop(), tmp_path)

    assert again.detect("how much is the grinder?") == first.detect("how much is the grinder?")
    assert kept.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", None])
def test_damaged_weights_are_learned_anew(tmp_path: Path, damage: bytes | None) -> None:
    whole = TenantLanguages(shop(), tmp_path).detect("la tetera llegó rota")
    [kept] = tmp_path.glob("*.npz")
    content = kept.read_bytes()
    kept.write_bytes(content[: len(content) // 2] if damage is None else damage)

    assert TenantLanguages(shop(), tmp_path).detect("la tetera llegó rota") == whole
    assert kept.read_bytes() == content
