"""`workflows.yaml`: what customers may have done by asking in the conversation. Without the file they start nothing."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from prompts.fields import LocaleCode, Localised, Name

VALUES: Final[Mapping[str, frozenset[str]]] = {
    "message": frozenset(),
    "send_it": frozenset({"least"}),
    "not_started": frozenset(),
    "going_on": frozenset({"done", "doing"}),
    "finished": frozenset({"title"}),
    "failed": frozenset({"reason"}),
    "counted": frozenset({"findings", "shown"}),
    "whole": frozenset(),
}
"""What each text of `says` is filled in with."""

_Word = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\W_][^*]*\*?$")]
"""A word or a few; `*` at its end stands for any ending."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wish(_File):
    """How customers ask for it: one of `ask`, and soon after it one of `about`."""

    ask: Annotated[list[_Word], Field(min_length=1)]
    about: Annotated[list[_Word], Field(min_length=1)]


class OfferedWorkflow(_File):
    """A template that customers may start with a document, and what they hear when it begins."""

    template: Name
    words: Annotated[dict[LocaleCode, Wish], Field(min_length=1)]
    started: Localised


class WorkflowTexts(_File):
    """What a customer hears of any of them.

    Attributes:
        message: what a document is called that was written into the message.
        send_it: asks for the document; `{least}` is how many characters a pasted one needs.
        not_started: it can't be started just now.
        going_on: how far it is: the steps in `{done}` and `{doing}`.
        finished: `{title}` is the result's; its summary follows.
        failed: `{reason}` is the run's own.
        counted: `{findings}` there are, of which `{shown}` stand above; left out, nothing is said of the others.
        whole: how to ask for the whole report, by the words of `report`; left out, nothing is said of it.
    """

    message: Localised
    send_it: Localised
    not_started: Localised
    going_on: Localised
    finished: Localised
    failed: Localised
    counted: Localised | None = None
    whole: Localised | None = None


class WorkflowRules(_File):
    """The whole file; `report` is how customers ask for the whole report of what was done last."""

    offered: Annotated[list[OfferedWorkflow], Field(min_length=1)]
    report: dict[LocaleCode, Wish] = Field(default_factory=dict)
    says: WorkflowTexts


WORKFLOW_PARTS: Final = (Wish, OfferedWorkflow, WorkflowTexts, WorkflowRules)
