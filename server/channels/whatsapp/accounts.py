"""Which numbers of ours are connected: the app that the settings name, and those of the file they may name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from server.settings import PREFIX, Settings
from state.errors import SettingsError

_NAME: Final = "^[a-z0-9][a-z0-9-]{0,39}$"
_HINT: Final = "docs/whatsapp.md says where each is found and shows such a file."


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template with one variable, and the languages it is approved in, the first one for all others."""

    name: str
    languages: Sequence[str]

    def language(self, locale: str) -> str:
        """Return the language that fits a customer's best."""
        spoken = locale.replace("-", "_")
        for fits in (spoken, spoken.partition("_")[0]):
            if found := next((one for one in self.languages if fits in {one, one.partition("_")[0]}), None):
                return found
        return self.languages[0]


@dataclass(frozen=True, slots=True)
class WhatsAppApp:
    """One app of Meta's: its webhook, and the numbers that its token may send from.

    Attributes:
        name: ends the webhook's address; empty for the app that the settings name.
        number_id: the number that is checked, and meant where a webhook names none.
        token: a system user's access token.
        secrets: those that may have signed a webhook.
        verify_token: what Meta repeats when the webhook's address is entered.
        rate: messages a second of one number.
        template: what carries an answer when the customer wrote nothing for 24 hours.
    """

    name: str
    number_id: str
    token: SecretStr
    secrets: Sequence[str] = field(repr=False)
    verify_token: str = field(repr=False)
    rate: int
    template: Template | None = None

    @property
    def path(self) -> str:
        """Where its webhooks come in."""
        return f"/webhooks/whatsapp/{self.name}".rstrip("/")

    def account(self, number_id: str | None) -> str:
        """Return what one of its numbers is called here."""
        number = number_id or self.number_id
        return f"{self.name}/{number}" if self.name else number


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    phone_number_id: Annotated[str, Field(pattern="^[0-9]{1,20}$")]
    access_token: Annotated[SecretStr, Field(min_length=1)]
    app_secret: (
        Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)] | Annotated[str, Field(min_length=1)]
    )
    verify_token: Annotated[str, Field(min_length=1)]
    rate: Annotated[int | None, Field(ge=1, le=1000)] = None
    template: str | None = None


_FILE: Final = TypeAdapter(dict[Annotated[str, Field(pattern=_NAME)], _Entry])


def number_of(account: str) -> str:
    """Return the id of the number that is called `account` here."""
    return account.rpartition("/")[2]


def app_of(account: str) -> str:
    """Return the name of the app whose number is called `account` here."""
    return account.rpartition("/")[0]


def connected(settings: Settings) -> list[WhatsAppApp]:
    """Return the apps that are connected, none where nothing of WhatsApp is set.

    Raises:
        SettingsError: a part is missing, or the file can't be read or says something it can't.
    """
    first = _of_settings(settings)
    named = _of_file(settings.whatsapp_apps, settings) if settings.whatsapp_apps else []
    return [*([first] if first else []), *named]


def _of_settings(settings: Settings) -> WhatsAppApp | None:
    number, token, verify = (
        settings.whatsapp_phone_number_id,
        settings.whatsapp_access_token,
        settings.whatsapp_verify_token,
    )
    secrets = settings.whatsapp_app_secret
    if number and token and secrets and verify:
        active = [one.strip() for one in secrets.get_secret_value().split(",") if one.strip()]
        template = _template(settings.whatsapp_template, f"{PREFIX}WHATSAPP_TEMPLATE")
        return WhatsAppApp("", number, token, active, verify.get_secret_value(), settings.whatsapp_rate, template)
    given = {"PHONE_NUMBER_ID": number, "ACCESS_TOKEN": token, "APP_SECRET": secrets, "VERIFY_TOKEN": verify}
    missing = [f"{PREFIX}WHATSAPP_{name}" for name, value in given.items() if not value]
    if len(missing) == len(given):
        return None
    raise SettingsError(f"WhatsApp needs four settings; missing: {', '.join(missing)}.", hint=_HINT)


def _of_file(path: Path, settings: Settings) -> list[WhatsAppApp]:
    try:
        entries = _FILE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}.", hint=_HINT) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        raise SettingsError(f"{path}, line {line}: that is not YAML.", hint=_HINT) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}, {place or 'at its top'}: {first['msg']}.", hint=_HINT) from None
    return [
        WhatsAppApp(
            name,
            entry.phone_number_id,
            entry.access_token,
            [entry.app_secret] if isinstance(entry.app_secret, str) else entry.app_secret,
            entry.verify_token,
            entry.rate or settings.whatsapp_rate,
            _template(entry.template, f"{path}, {name}.template"),
        )
        for name, entry in entries.items()
    ]


def _template(written: str | None, place: str) -> Template | None:
    """Read `NAME/LANGUAGE,LANGUAGE`."""
    if not written:
        return None
    name, _, languages = written.partition("/")
    spoken = [one.strip() for one in languages.split(",") if one.strip()]
    if not name.strip() or not spoken:
        raise SettingsError(
            f"{place}: {written!r} is not NAME/LANGUAGE.",
            hint="Such as `answer_waiting/es,en_US`: an approved template whose body has one variable, {{1}}.",
        )
    return Template(name.strip(), spoken)
