import pytest

from nodes.routers.shorthand import in_full


@pytest.mark.parametrize(
    ("text", "locale", "meant"),
    [
        ("xq no llega?", "es", "porque no llega?"),
        ("Q precio tiene", "es-MX", "que precio tiene"),
        ("wen r u open", "en", "when are you open"),
        ("holaaaa", "es", "hola"),
        ("the q is whether", "en", "the q is whether"),
        ("wen r u open", "fr", "wen r u open"),
    ],
)
def test_short_forms_are_written_out_in_their_language_alone(text: str, locale: str, meant: str) -> None:
    assert in_full(text, locale) == meant
