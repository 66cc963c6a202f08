"""YAML that knows its lines: plain values with the line each was written on, and faults instead of exceptions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from prompts.findings import Finding

Where = tuple[str | int, ...]
"""The way to a value: keys and positions, such as ("intents", 2, "examples", "es", 0)."""

_DEEPEST: Final = 24
_CORE: Final = "tag:yaml.org,2002:"
_PROBLEMS: Final = (
    ("mapping values are not allowed", "A text that holds a colon needs quotes around it."),
    ("'\\t'", "Indent with spaces, not with tabs."),
    ("cannot start any token", "Put the text in quotes: it begins with a sign that means something here."),
    ("expected alphabetic or numeric", "Put the text in quotes."),
    ("unexpected end of stream", "Close the quotes or brackets that open here."),
    ("quoted scalar", "Close the quotes that open here."),
    ("block end", "Check the indentation and the quotes: items of one list begin in the same column."),
    ("flow", "Close the brackets that open here, with a comma between items."),
    ("expected ':'", "Write `name: value`, with a space after the colon."),
    ("a single document", "Remove the `---` line: one file holds one document."),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file. `lines` says where each value was written; `first` is the line the YAML begins on."""

    file: str
    data: Any
    lines: Mapping[Where, int]
    first: int = 1

    def line(self, where: Where) -> int:
        """Return the line of the deepest part of `where` that was written."""
        known = (self.lines.get(where[:end]) for end in range(len(where), 0, -1))
        return next((line for line in known if line is not None), self.first)

    def finding(self, where: Where, message: str, fix: str, *, warning: bool = False) -> Finding:
        """Return a finding at the line of `where`."""
        return Finding("warning" if warning else "error", self.file, self.line(where), message, fix)


def parse(text: str, file: str, first: int = 1) -> tuple[Document | None, list[Finding]]:
    """Read YAML whose first line is line `first` of `file`; the document is None where nothing can be read."""
    try:
        node = _compose(text)
    except MarkedYAMLError as error:
        return None, [_syntax(error, text, file, first)]
    except _RefusedError as error:
        return None, [Finding("error", file, error.line + first, str(error), error.fix)]
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + first
        fix = "Remove it; it may have come in with copied text."
        return None, [
            Finding("error", file, line, f"There is a character that can't be used, {error.character!r}.", fix)
        ]
    if node is None:
        return None, [
            Finding("error", file, first, "The file is empty.", "Write its contents; the demo shop's is a model.")
        ]
    builder = _Builder(file, first)
    data = builder.value(node, ())
    return Document(file, data, builder.lines, first), builder.findings


def _syntax(error: MarkedYAMLError, text: str, file: str, first: int) -> Finding:
    problem = error.problem or "can't be read"
    unclosed = "end of stream" in problem and error.context_mark
    mark = error.context_mark if unclosed else error.problem_mark
    opened = _open_quote(text, mark.line) if mark and "block end" in problem else None
    if opened is not None:
        return Finding("error", file, opened + first, "The quotes aren't closed.", "Close the quotes that open here.")
    fix = next((fix for said, fix in _PROBLEMS if said in problem), None)
    if fix is None:
        fix = next(
            (fix for said, fix in _PROBLEMS if said in (error.context or "")), "Check quotes and indentation here."
        )
    return Finding("error", file, (mark.line if mark else 0) + first, f"This is not valid YAML: {problem}.", fix)


def _open_quote(text: str, line: int) -> int | None:
    """Return the line of a quote left open: it ends at the next text's first quote, and only there does YAML notice."""
    lines = text.split("\n")
    return next((number for number in range(line - 1, max(line - 4, -1), -1) if lines[number].count('"') % 2), None)


class _RefusedError(Exception):
    """YAML that is valid and isn't taken; `line` counts from 0."""

    def __init__(self, line: int, message: str, fix: str) -> None:
        super().__init__(message)
        self.line = line
        self.fix = fix


class _Loader(yaml.SafeLoader):
    """Reads plain values as YAML 1.2 does: `no` and `10:30` are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own registry


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, where it is built in
    """The same, ten times as fast; it words its errors less well."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


_Loader.add_implicit_resolver(f"{_CORE}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(f"{_CORE}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_CORE}int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_CORE}float", re.compile(r"^[-+]?[0-9]{1,18}\.[0-9]{1,18}$"), list("-+0123456789"))


def _compose(text: str) -> Node | None:
    try:
        return _compose_with(_FastLoader, text)
    except yaml.YAMLError:
        return _compose_with(_Loader, text)


def _compose_with(loader: type[_Loader | _FastLoader], text: str) -> Node | None:
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            message = "A text begins with &, * or !, which mean something here."
            raise _RefusedError(event.start_mark.line if event.start_mark else 0, message, "Put the text in quotes.")
        if depth > _DEEPEST:
            message = "Lists in lists in lists: too deep to be meant."
            raise _RefusedError(
                event.start_mark.line if event.start_mark else 0, message, "Close the brackets before this one."
            )
    return yaml.compose(text, loader)


@dataclass(slots=True)
class _Builder:
    file: str
    first: int
    lines: dict[Where, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def value(self, node: Node, where: Where) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node, where)
        if isinstance(node, SequenceNode):
            return self._sequence(node, where)
        return _scalar(node)

    def _mapping(self, node: MappingNode, where: Where) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            line, key = self._line(key_node), key_node.value
            if not isinstance(key_node, ScalarNode) or key_node.tag != f"{_CORE}str":
                self._fault(line, "A name before a colon has to be a word.", "Put it in quotes, or correct it.")
            elif key in built:
                before = self.lines[(*where, key)]
                fix = f"Remove one of the two; the other is on line {before}."
                self._fault(line, f"`{key}` is written twice in the same place.", fix)
            else:
                self.lines[(*where, key)] = line
                built[key] = self.value(value_node, (*where, key))
        return built

    def _sequence(self, node: SequenceNode, where: Where) -> list[object]:
        for position, item in enumerate(node.value):
            self.lines[(*where, position)] = self._line(item)
        return [self.value(item, (*where, position)) for position, item in enumerate(node.value)]

    def _line(self, node: Node) -> int:
        return int(node.start_mark.line) + self.first

    def _fault(self, line: int, message: str, fix: str) -> None:
        self.findings.append(Finding("error", self.file, line, message, fix))


def _scalar(node: Node) -> object:
    kind, text = node.tag.removeprefix(_CORE), node.value
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    if kind == "int":
        return int(text)
    return float(text) if kind == "float" else text
