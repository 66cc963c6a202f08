"""Which numbers are connected, and what is said when it can't be told."""

from pathlib import Path

import pytest

from server.channels.whatsapp.accounts import Template, app_of, connected, number_of
from server.settings import Settings
from state.errors import SettingsError

FOUR = {
    "whatsapp_phone_number_id": "106",
    "whatsapp_access_token": "t",
    "whatsapp_verify_token": "v",
    "whatsapp_app_secret": "new, old",
}
ONE = """
mexico:
  phone_number_id: 1065
  access_token: token-mx
  app_secret: [newer, older]
  verify_token: palabra
  rate: 20
  template: answer_waiting/es_MX,en_US
"""


def written(folder: Path, text: str) -> Settings:
    path = folder / "apps.yaml"
    path.write_text(text)
    return Settings.load(whatsapp_apps=path)


def test_a_number_needs_all_of_its_settings() -> None:
    [app] = connected(Settings.load(**FOUR))

    assert connected(Settings.load()) == []
    assert (app.name, app.path, app.account("107"), app.account(None)) == ("", "/webhooks/whatsapp", "107", "106")
    assert app.secrets == ["new", "old"]
    assert "old" not in repr(app)
    with pytest.raises(SettingsError, match="missing: LANEWAY_WHATSAPP_APP_SECRET"):
        connected(Settings.load(**{name: value for name, value in FOUR.items() if "secret" not in name}))


def test_a_file_connects_more_apps(tmp_path: Path) -> None:
    [app] = connected(written(tmp_path, ONE))

    assert (app.name, app.path, app.number_id, app.rate) == ("mexico", "/webhooks/whatsapp/mexico", "1065", 20)
    assert app.secrets == ["newer", "older"]
    assert app.template == Template("answer_waiting", ["es_MX", "en_US"])
    assert (app_of(app.account("7")), number_of(app.account("7"))) == ("mexico", "7")
    assert "token-mx" not in repr(app)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mexico: [", "line 1"),
        ("- a", "at its top"),
        ("México: {}", "México"),
        (ONE.replace("verify_token", "verify"), "mexico.verify_token"),
        (ONE.replace("1065", "+52 55"), "mexico.phone_number_id"),
        (ONE.replace("answer_waiting/es_MX,en_US", "answer_waiting"), "NAME/LANGUAGE"),
        (ONE.replace("[newer, older]", "[]"), "mexico.app_secret"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        connected(written(tmp_path, text))

    assert said in refused.value.message
    assert "token-mx" not in str(refused.value)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        connected(Settings.load(whatsapp_apps="/nowhere/apps.yaml"))


@pytest.mark.parametrize(
    ("locale", "language"), [("en", "en_US"), ("en-GB", "en_US"), ("es-MX", "es_MX"), ("es", "es_ES"), ("fr", "es_ES")]
)
def test_a_template_is_sent_in_the_language_that_fits_best(locale: str, language: str) -> None:
    assert Template("t", ["es_ES", "es_MX", "en_US"]).language(locale) == language
