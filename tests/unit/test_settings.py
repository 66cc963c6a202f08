import pytest

from server.settings import Settings
from state.errors import SettingsError


def test_a_misspelt_setting_is_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANEWAY_PROT", "1")
    monkeypatch.setenv("LANEWAY_PORT", "1")
    monkeypatch.setenv("LANEWAY_TEST_SEED", "1")

    assert Settings.strangers() == ["LANEWAY_PROT"]


def test_a_whatsapp_number_needs_all_of_its_settings() -> None:
    whole = {"whatsapp_phone_number_id": "106", "whatsapp_access_token": "t", "whatsapp_verify_token": "v"}

    account = Settings.load(**whole, whatsapp_app_secret="new, old").whatsapp

    assert Settings.load().whatsapp is None
    assert account is not None
    assert account.secrets == ["new", "old"]
    assert "old" not in repr(account)
    with pytest.raises(SettingsError, match="missing: LANEWAY_WHATSAPP_APP_SECRET"):
        assert Settings.load(**whole).whatsapp
