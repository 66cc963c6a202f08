"""Documents as steps are given them."""

import base64
import binascii
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nodes.agents.ports import Artefact, StepContext
from nodes.agents.web import is_address
from state.document import DocumentError, Section

INLINE: Final = 8_000_000
"""Characters of a file within an input (6 MB); larger ones are kept as files first."""


class GivenDocument(BaseModel):
    """A file: kept (`artefact`), within the input (`base64`), at a `url`, or only its `text`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="document", max_length=200)
    artefact: Artefact | None = None
    base64: str | None = Field(default=None, max_length=INLINE)
    text: str | None = Field(default=None, max_length=INLINE)
    url: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        """Take a text, one that is nothing but an address, or an artefact as an earlier step returned it, as well."""
        if isinstance(value, str):
            return {"url": value.strip()} if is_address(value) else {"text": value}
        if isinstance(value, dict) and "sha256" in value:
            return {"artefact": value, "name": value.get("name", "document")}
        return value

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.artefact, self.base64, self.text, self.url)) != 1:
            raise ValueError("give exactly one of `artefact`, `base64`, `url` and `text`")
        return self

    async def content(self, context: StepContext) -> bytes:
        """Return the bytes of a file that is here; raises `InvalidInputError`, and `DocumentError` for no base64."""
        if self.artefact is not None:
            return await context.files.read(self.artefact)
        if self.text is not None:
            return self.text.encode("utf-8", "replace")
        try:
            return base64.b64decode(self.base64 or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise DocumentError(self.name, "its `base64` is no base64") from error


class ReadText(BaseModel):
    """A text to work on, as the extractor returns it or written by hand."""

    text: str = Field(max_length=2_000_000)
    name: str = "document"
    title: str = ""
    sections: list[Section] = Field(default_factory=list)
    language: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @property
    def parts(self) -> list[Section]:
        """The sections, or the whole as one."""
        return self.sections or [Section("", self.text)]

    @property
    def called(self) -> str:
        """The title, or the file's name."""
        return self.title or self.name
