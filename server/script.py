"""A scripted dialogue as data: what a customer writes, and what must come of it.

The tests play these files against the engine, `laneway chat --script` plays them where people can see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from nodes.lanes.matching import fold
from state.conversation import Choice
from state.decision import Lane
from state.errors import InvalidInputError
from state.turn import Channel, OrderLine, OrderPart, ReplyPart


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelCall(_Strict):
    """A tool that a model would use for a line, with its arguments."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)


class Line(_Strict):
    """One message of the customer and what is expected of the answer; what is left out is not looked at.

    Attributes:
        customer: what is typed.
        tap: instead, the title or the id of a choice of the last answer, or how either begins.
        order: instead, a cart sent from a channel's catalogue: quantity by SKU.
        lane: where it goes.
        intent: what it is about.
        tools: what the scripted model calls, one after the other. Without these and `writes` no model is asked.
        writes: what the scripted model then writes; what the tools say unless given.
        effects: the tools used, in order: `find_products`, `place_order asked`, `look_up_order refused:not_owned`.
        modelled: the same with a model, where it looks up with a tool what the steps know without one.
        says: facts that the answer holds, whatever their case and accents.
        says_not: what it must not hold.
        choices: what can be tapped, each by its title or how it begins; others may be there.
        records: how many records there are of a kind afterwards.
    """

    customer: str = ""
    tap: str = ""
    order: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    lane: Lane | None = None
    intent: str | None = None
    tools: list[ModelCall] = Field(default_factory=list)
    writes: str = ""
    effects: list[str] | None = None
    modelled: list[str] | None = None
    says: list[str] = Field(default_factory=list)
    says_not: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    records: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_message(self) -> "Line":
        if sum(map(bool, (self.customer, self.tap, self.order))) != 1:
            raise ValueError("a line is one of `customer`, `tap` and `order`")
        return self

    @property
    def with_a_model(self) -> "Line":
        """The line as it is expected to be answered with a model."""
        return self if self.modelled is None else self.model_copy(update={"effects": self.modelled})


class Script(_Strict):
    """One dialogue; `contact` is who writes where the channel vouches for it (a WhatsApp number's id)."""

    name: str
    locale: str
    channel: Channel = "chat"
    contact: str | None = None
    lines: Annotated[list[Line], Field(min_length=1)]


_SCRIPTS: Final = TypeAdapter(list[Script])


def read_scripts(path: Path) -> list[Script]:
    """Return the dialogues of a YAML file; raises `InvalidInputError` with what is wrong and where."""
    try:
        return _SCRIPTS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidInputError(
            f"{path} can't be read: {error.strerror}.", hint="Give the path of a YAML file."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path} is not YAML: {error}".replace("\n", " "), hint="docs/agents.md shows one."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{path}, {where}: {first['msg']}.", hint="docs/agents.md shows the format.") from error


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a line; `tools` as `Line.effects` has them, `choices` are titles."""

    text: str
    choices: list[str]
    lane: str | None
    intent: str | None
    tools: list[str]


def tool_line(tool: str, outcome: str) -> str:
    """Return a tool's use as `Line.effects` has it."""
    return tool if outcome == "ok" else f"{tool} {outcome}"


def unmet(line: Line, answered: Answered) -> list[str]:
    """Return what `line` expects and is not so, in words; `records` are not looked at."""
    heard = _plain(answered.text)
    wrong = [f"it doesn't say {fact!r}" for fact in line.says if _plain(fact) not in heard]
    wrong += [f"it says {fact!r}" for fact in line.says_not if _plain(fact) in heard]
    titles = [_plain(title) for title in answered.choices]
    wrong += [f"{one!r} can't be tapped" for one in line.choices if not any(t.startswith(_plain(one)) for t in titles)]
    if line.lane and answered.lane != line.lane:
        wrong.append(f"it went to {answered.lane} ({answered.intent}), not {line.lane}")
    if line.intent and answered.intent != line.intent:
        wrong.append(f"it is taken for {answered.intent}, not {line.intent}")
    if line.effects is not None and answered.tools != line.effects:
        wrong.append(f"the tools used are {answered.tools}, not {line.effects}")
    return wrong


def tapped(wanted: str, choices: Iterable[Choice]) -> ReplyPart:
    """Return the tap on a choice by its title or id, or how either begins; raises `InvalidInputError`."""
    for choice in choices:
        if choice.id.startswith(wanted) or choice.title.startswith(wanted):
            return ReplyPart("button_reply", choice.id, choice.title)
    raise InvalidInputError(f"{wanted!r} can't be tapped.", hint="The last answer's choices can, by title or id.")


def ordered(skus: dict[str, int]) -> OrderPart:
    """Return a cart as a channel's catalogue sends it; its prices are the shop's to say."""
    return OrderPart([OrderLine(sku, quantity, 0, "", priced=False) for sku, quantity in skus.items()])


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
