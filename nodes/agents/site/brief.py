"""The brief: what a shop says of itself, checked and completed."""

import re
from typing import Any, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nodes.agents.ports import Action, StepContext
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language, folded
from state.errors import InvalidInputError

_HEX: Final = r"^#[0-9a-fA-F]{6}$"
_SLUG: Final = re.compile(r"[^a-z0-9]+")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Local(_Part):
    """A text in the site's languages; a plain text is meant for the first of them."""

    es: str = Field(default="", max_length=3000)
    en: str = Field(default="", max_length=3000)

    def of(self, language: Language) -> str:
        """Return the text in a language, empty when there is none."""
        return self.es if language == "es" else self.en


class Offer(_Part):
    """Something the shop sells or does; `price` as people read it."""

    name: Local
    text: Local = Field(default_factory=Local)
    price: str = Field(default="", max_length=40)


class Opening(_Part):
    """When the shop is open on some days."""

    days: Local
    hours: str = Field(max_length=60)


class Contact(_Part):
    """How the shop is reached; `whatsapp` is a number with its country."""

    address: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=30, pattern=r"^[+0-9 ().-]*$")
    email: str = Field(default="", max_length=120, pattern=r"^$|^[^@\s<>\"']+@[^@\s<>\"']+\.[a-zA-Z]{2,}$")
    whatsapp: str = Field(default="", max_length=30, pattern=r"^[+0-9 ().-]*$")
    instagram: str = Field(default="", max_length=60, pattern=r"^[\w.]*$")


class Brief(_Part):
    """What a site is made of.

    Attributes:
        languages: of the site, the main one first.
        accent: the shop's colour, `#rrggbb`; made legible in light and dark.
        base_url: where the site will stand; without it there is no site map.
    """

    name: str = Field(min_length=1, max_length=80)
    kind: Local = Field(default_factory=Local)
    tagline: Local = Field(default_factory=Local)
    about: Local = Field(default_factory=Local)
    languages: tuple[Language, ...] = Field(default=("es",), min_length=1, max_length=2)
    accent: str = Field(default="#9a4a1c", pattern=_HEX)
    offers: list[Offer] = Field(default_factory=list, max_length=60)
    opening: list[Opening] = Field(default_factory=list, max_length=14)
    contact: Contact = Field(default_factory=Contact)
    owner: str = Field(default="", max_length=120)
    tax_id: str = Field(default="", max_length=30)
    base_url: str = Field(default="", max_length=200, pattern=r"^$|^https?://[\w.:/-]+$")

    @model_validator(mode="before")
    @classmethod
    def _localised(cls, value: object) -> object:
        """Take plain texts as texts in the site's first language."""
        if not isinstance(value, dict):
            return value
        languages = value.get("languages") or ["es"]
        first = languages[0] if isinstance(languages, list | tuple) else "es"
        return _with_languages(value, str(first))

    @model_validator(mode="after")
    def _unlike_languages(self) -> Self:
        if len(set(self.languages)) < len(self.languages):
            raise ValueError("a language stands twice in `languages`")
        return self


class BriefInput(_Part):
    """A brief as a mapping or as YAML text; `current` is the site's, and `changes` what is new in it."""

    brief: dict[str, Any] | str | None = None
    current: Brief | None = None
    changes: dict[str, Any] = Field(default_factory=dict)


class BriefResult(BaseModel):
    """A brief that can be built, and what would make the site better."""

    brief: Brief
    slug: str
    missing: list[str]


ACTIONS: Final = {"read": Action(BriefInput, "Check a shop's brief, or put changes into a site's.")}


async def brief(action: str, given: BriefInput, context: StepContext) -> BriefResult:  # noqa: ARG001 # the port's
    """Check a brief; raises `InvalidInputError` naming what is wrong in it."""
    told = _told(given)
    try:
        read = Brief.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "brief"
        raise InvalidInputError(
            f"The brief's {where}: {first['msg']}.", hint="docs/templates.md shows a brief."
        ) from error
    say = texts_of("site", read.languages[0])
    missing = [say[f"missing_{name}"] for name in _gaps(read)]
    for one in missing:
        context.log("info", one)
    return BriefResult(brief=read, slug=slug_of(read.name), missing=missing)


def slug_of(name: str) -> str:
    """Return a name as it stands in an address."""
    return _SLUG.sub("-", folded(name)).strip("-")[:40] or "site"


def _told(given: BriefInput) -> dict[str, Any]:
    if given.current is not None:
        return merged(given.current.model_dump(mode="json"), given.changes)
    told = given.brief
    if isinstance(told, str):
        try:
            told = yaml.safe_load(told)
        except yaml.YAMLError as error:
            raise InvalidInputError("The brief is no YAML.", hint="docs/templates.md shows a brief.") from error
    if not isinstance(told, dict):
        raise InvalidInputError(
            "There is no brief.", hint="Give a mapping with at least a `name`; see docs/templates.md."
        )
    return merged(told, given.changes)


def merged(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a brief with changes: mappings are merged key by key, everything else takes the old one's place."""
    found = dict(old)
    for name, value in changes.items():
        before = found.get(name)
        found[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return found


def _gaps(brief: Brief) -> list[str]:
    have: dict[str, object] = {
        "tagline": brief.tagline.of(brief.languages[0]),
        "about": brief.about.of(brief.languages[0]),
        "offers": brief.offers,
        "opening": brief.opening,
        "contact": brief.contact.phone or brief.contact.email or brief.contact.whatsapp,
        "address": brief.contact.address,
        "owner": brief.owner,
    }
    return [name for name, value in have.items() if not value]


_LOCAL_FIELDS: Final = {"kind", "tagline", "about"}


def _with_languages(value: dict[str, Any], first: str) -> dict[str, Any]:
    found = {name: _local(one, first) if name in _LOCAL_FIELDS else one for name, one in value.items()}
    for name, fields in (("offers", ("name", "text")), ("opening", ("days",))):
        if isinstance(rows := found.get(name), list):
            found[name] = [
                {key: _local(one, first) if key in fields else one for key, one in row.items()}
                if isinstance(row, dict)
                else row
                for row in rows
            ]
    return found


def _local(value: object, first: str) -> object:
    return {first: value} if isinstance(value, str) else value
