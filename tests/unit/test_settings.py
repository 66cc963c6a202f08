import pytest

from server.settings import Settings


def test_a_misspelt_setting_is_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANEWAY_PROT", "1")
    monkeypatch.setenv("LANEWAY_PORT", "1")
    monkeypatch.setenv("LANEWAY_TEST_SEED", "1")

    assert Settings.strangers() == ["LANEWAY_PROT"]
