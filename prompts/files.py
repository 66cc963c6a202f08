"""Reads a tenant's folder file by file, so that one fault hides no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from prompts.findings import Finding, explain, problems
from prompts.located import Document, Where, parse
from prompts.shop import SHOP_PARTS, ShopRules
from prompts.tenant import (
    Answer,
    Category,
    Contact,
    FollowUp,
    Hours,
    Intent,
    Interval,
    LaneSpec,
    MoreExamples,
    Name,
    Outside,
    Page,
    Product,
    Profile,
    SpecialDay,
    Text,
)
from prompts.workflows import WORKFLOW_PARTS, WorkflowRules

LANE_NAMES: Final[tuple[str, ...]] = get_args(LaneSpec.model_fields["name"].annotation)

M = TypeVar("M", bound=BaseModel)
_TEXTS: Final = TypeAdapter(dict[Name, Text])


@dataclass(frozen=True, slots=True)
class Entry(Generic[M]):
    """Something that was read and is valid, with the place it stands in."""

    value: M
    document: Document
    where: Where = ()

    def finding(self, message: str, fix: str, *rest: str | int, warning: bool = False) -> Finding:
        """Return a finding at this entry, or at `rest` within it."""
        return self.document.finding((*self.where, *rest), message, fix, warning=warning)

    @property
    def spot(self) -> str:
        """The entry's file and line."""
        return f"{self.document.file}:{self.document.line(self.where)}"


@dataclass(slots=True)
class Draft:
    """What could be read of a tenant; the checks that span files work on this."""

    profile: Entry[Profile] | None = None
    lanes: list[Entry[LaneSpec]] = field(default_factory=list)
    intents: list[Entry[Intent]] = field(default_factory=list)
    texts: dict[str, tuple[Document, dict[str, str]]] = field(default_factory=dict)
    text_files: set[str] = field(default_factory=set)
    hours: Entry[Hours] | None = None
    categories: list[Entry[Category]] = field(default_factory=list)
    products: list[Entry[Product]] = field(default_factory=list)
    pages: list[Entry[Page]] = field(default_factory=list)
    outside: Entry[Outside] | None = None
    shop: Entry[ShopRules] | None = None
    workflows: Entry[WorkflowRules] | None = None
    more: list[Entry[MoreExamples]] = field(default_factory=list)

    @property
    def locales(self) -> list[str]:
        """The shop's languages, the default one first; none where its profile can't be read."""
        return self.profile.value.locales if self.profile else []


class _Lanes(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lanes: list[Any]


class _Intents(BaseModel):
    model_config = ConfigDict(extra="forbid")
    intents: list[Any]


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")
    categories: list[Any]
    products: list[Any]


_MODELS: Final[tuple[type[BaseModel], ...]] = (
    *(
        _Lanes,
        _Intents,
        _Catalogue,
        Answer,
        Category,
        Contact,
        FollowUp,
        Hours,
        Intent,
        Interval,
        LaneSpec,
        MoreExamples,
        Outside,
        Page,
        Product,
        Profile,
    ),
    SpecialDay,
    *SHOP_PARTS,
    *WORKFLOW_PARTS,
)
_NAMES: Final = sorted({name for model in _MODELS for name in model.model_fields})


class TenantReader:
    """Reads the files of one folder into a draft and gathers what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.draft = Draft()
        self.findings: list[Finding] = []

    def read(self) -> Draft:
        """Read everything that can be read."""
        self.draft.profile = self._whole(Profile, "tenant.yaml")
        self.draft.hours = self._whole(Hours, "hours.yaml")
        self.draft.lanes = self._listed(LaneSpec, self._checked(_Lanes, "lanes.yaml"), "lanes")
        for lane in LANE_NAMES:
            document = self._checked(_Intents, f"intents/{lane}.yaml")
            self.draft.intents += self._listed(Intent, document, "intents", {"lane": lane})
        if (self.folder / "outside.yaml").exists():
            self.draft.outside = self._whole(Outside, "outside.yaml")
        if (self.folder / "shop.yaml").exists():
            self.draft.shop = self._whole(ShopRules, "shop.yaml")
        if (self.folder / "workflows.yaml").exists():
            self.draft.workflows = self._whole(WorkflowRules, "workflows.yaml")
        for path in sorted(self.folder.glob("examples/*.yaml")):
            if more := self._whole(MoreExamples, f"examples/{path.name}"):
                self.draft.more.append(more)
        catalogue = self._checked(_Catalogue, "catalogue.yaml")
        self.draft.categories = self._listed(Category, catalogue, "categories")
        self.draft.products = self._listed(Product, catalogue, "products")
        for path in sorted(self.folder.glob("texts.*.yaml")):
            self._texts(path)
        for path in sorted(self.folder.glob("knowledge/*.md")):
            self._page(path)
        self._strays()
        return self.draft

    def _whole(self, model: type[M], name: str) -> Entry[M] | None:
        document = self._document(name)
        value = self._validated(model, document, ()) if document else None
        return Entry(value, document) if document and value else None

    def _checked(self, model: type[BaseModel], name: str) -> Document | None:
        document = self._document(name)
        return document if document and self._validated(model, document, ()) else None

    def _listed(
        self, model: type[M], document: Document | None, key: str, fixed: Mapping[str, str] | None = None
    ) -> list[Entry[M]]:
        if document is None:
            return []
        wheres: list[Where] = [(key, position) for position in range(len(document.data[key]))]
        values = [(self._validated(model, document, where, fixed or {}), where) for where in wheres]
        return [Entry(value, document, where) for value, where in values if value]

    def _validated(
        self, model: type[M], document: Document, where: Where, fixed: Mapping[str, str] | None = None
    ) -> M | None:
        data = document.data
        for step in where:
            data = data[step]
        if fixed and isinstance(data, dict):
            for name in sorted(data.keys() & fixed.keys()):
                self.findings.append(
                    document.finding(
                        (*where, name), f"`{name}` isn't written here.", f"Remove `{name}:`; the file's name says it."
                    )
                )
            data = {**data, **fixed}
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self._explain(error, document, where)
            return None

    def _explain(self, error: ValidationError, document: Document, where: Where) -> None:
        for problem in problems(error):
            message, fix = explain(problem, _NAMES)
            self.findings.append(document.finding((*where, *problem["loc"]), message, fix))

    def _texts(self, path: Path) -> None:
        locale = path.name.removeprefix("texts.").removesuffix(".yaml")
        self.draft.text_files.add(locale)
        document = self._document(path.name)
        if document is None:
            return
        try:
            texts = _TEXTS.validate_python(document.data)
        except ValidationError as error:
            self._explain(error, document, ())
            if not isinstance(document.data, dict):
                return
            faulty = {problem["loc"][0] for problem in problems(error)}
            texts = {key: text for key, text in document.data.items() if key not in faulty}
        self.draft.texts[locale] = (document, texts)

    def _page(self, path: Path) -> None:
        name = f"knowledge/{path.name}"
        slug, dot, locale = path.name.removesuffix(".md").partition(".")
        if not dot:
            fix = f"Rename it to {slug}.es.md, or the code of its language."
            self.findings.append(Finding("error", name, 1, "The name doesn't say the page's language.", fix))
            return
        text = self._text(name)
        document, body = self._front_matter(text, name) if text is not None else (None, "")
        if document is None:
            return
        value = self._validated(Page, document, (), {"slug": slug, "locale": locale, "body": body})
        if value:
            self.draft.pages.append(Entry(value, document))

    def _front_matter(self, text: str, name: str) -> tuple[Document | None, str]:
        lines = text.split("\n")
        if lines[0].rstrip() != "---":
            fix = "Begin the page with `---`, `title:` and `answer:` lines, and `---` again; the text comes below."
            self.findings.append(Finding("error", name, 1, "The page has no head.", fix))
            return None, ""
        end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
        if end is None:
            fix = "Write `---` on a line of its own below `title:`, `answer:` and `words:`."
            self.findings.append(Finding("error", name, 1, "The page's head isn't closed.", fix))
            return None, ""
        return self._parsed("\n".join(lines[1:end]), name, first=2), "\n".join(lines[end + 1 :]).strip()

    def _document(self, name: str) -> Document | None:
        text = self._text(name)
        return self._parsed(text, name) if text is not None else None

    def _parsed(self, text: str, name: str, first: int = 1) -> Document | None:
        document, findings = parse(text, name, first)
        self.findings += findings
        return document

    def _text(self, name: str) -> str | None:
        raw = b""
        try:
            raw = (self.folder / name).read_bytes()
            return raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            finding = Finding(
                "error", name, line, "This line isn't UTF-8 text.", "Save the file with the encoding UTF-8."
            )
        except FileNotFoundError:
            finding = Finding("error", name, 1, "The file is missing.", self._missing_fix(name))
        except OSError as error:
            finding = Finding(
                "error", name, 1, f"The file can't be read: {error.strerror}.", "Correct its permissions or type."
            )
        self.findings.append(finding)
        return None

    def _missing_fix(self, name: str) -> str:
        other = (self.folder / name).with_suffix(".yml")
        return f"Rename {other.name} to end in .yaml." if other.is_file() else "Create it; the demo shop's is a model."

    def _strays(self) -> None:
        parts = ("tenant", "lanes", "hours", "catalogue", "outside", "shop", "workflows")
        known = {f"{part}.yaml" for part in parts}
        for path in sorted(self.folder.glob("*.yaml")):
            if path.name not in known and not path.name.startswith("texts."):
                self._stray(path.name, sorted(known))
        for path in sorted(self.folder.glob("intents/*")):
            if path.stem not in LANE_NAMES or path.suffix != ".yaml":
                self._stray(f"intents/{path.name}", [f"intents/{lane}.yaml" for lane in LANE_NAMES])

    def _stray(self, name: str, known: Sequence[str]) -> None:
        fix = f"Remove it, or name it {', '.join(known)}."
        self.findings.append(Finding("warning", name, 1, "This file is never read.", fix))
