"""What goes over a WebSocket: the frames of a client, and those of ours. Each is one JSON object."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from server.body import LARGEST_PLAN, Limits, explained, read_value
from server.failures import wire_form
from server.workflow_bodies import NewWorkflow
from state.errors import InvalidInputError, LanewayError
from state.events import LoggedEvent

LIMITS: Final = LARGEST_PLAN
Id = Annotated[str | None, Field(max_length=200, description="Yours; the answer carries it as `re`.")]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Id = None


class Start(NewWorkflow):
    """Start a workflow, as `POST /v1/workflows` does."""

    type: Literal["workflow.start"]
    id: Id = None
    idempotency_key: Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"^[ -~]+$")] = None
    subscribe: Annotated[bool, Field(description="Send its events as well.")] = False


class Cancel(_Frame):
    """Cancel a workflow."""

    type: Literal["workflow.cancel"]
    workflow: Annotated[str, Field(max_length=64)]


class Subscribe(_Frame):
    """Send the events of a workflow or a session: all after `after`, then live."""

    type: Literal["subscribe"]
    workflow: Annotated[str | None, Field(max_length=64)] = None
    session: Annotated[str | None, Field(max_length=64)] = None
    after: Annotated[str | None, Field(max_length=64, description="The `id` of the last event that was seen.")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Subscribe":
        if (self.workflow is None) == (self.session is None):
            raise ValueError("name either a `workflow` or a `session`")
        return self

    @property
    def stream(self) -> str:
        """What is to be followed."""
        return self.workflow or self.session or ""


class Unsubscribe(_Frame):
    """Send no more events of it."""

    type: Literal["unsubscribe"]
    stream: Annotated[str, Field(max_length=64)]


class Ping(_Frame):
    """Ask whether we are there."""

    type: Literal["ping"]


Frame = Annotated[Start | Cancel | Subscribe | Unsubscribe | Ping, Field(discriminator="type")]
_FRAMES: Final[TypeAdapter[Frame]] = TypeAdapter(Frame)
_KNOWN: Final = "workflow.start, workflow.cancel, subscribe, unsubscribe, ping"


def read_frame(raw: bytes | str, limits: Limits = LIMITS) -> Frame:
    """Return a client's frame; raises `InvalidInputError` with what is wrong in it."""
    value = read_value(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"), limits)
    if not isinstance(value, dict) or value.get("type") not in _KNOWN.split(", "):
        raise InvalidInputError(
            "A frame must be a JSON object with a known `type`.",
            hint=f"Known types: {_KNOWN}. See docs/workflow-api.md.",
        )
    with explained("docs/workflow-api.md lists the fields of every frame."):
        return _FRAMES.validate_python(value)


def id_of(raw: bytes | str) -> str | None:
    """Return the id of a frame that may be a bad one, so that the answer can say which it was."""
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, ValueError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def answer(kind: str, re: str | None, **facts: Any) -> str:  # noqa: ANN401 # JSON values
    """Return a frame that answers one of the client's."""
    return _encoded({"type": kind, **({"re": re} if re else {}), **facts})


def failure(error: LanewayError, re: str | None = None, stream: str | None = None) -> str:
    """Return an error as a frame."""
    about = {"stream": stream} if stream else {}
    return _encoded({"type": "error", **({"re": re} if re else {}), **about, **wire_form(error)})


def told(stream: str, event: LoggedEvent) -> str:
    """Return an event of a stream as a frame; `id` and `data` are those of the same event over SSE."""
    return '{"type":"event","stream":%s,"id":"%s","event":"%s","data":%s}' % (  # noqa: UP031 # braces are JSON's
        orjson.dumps(stream).decode(),
        event.id,
        event.type,
        event.data.decode(),
    )


def _encoded(frame: Mapping[str, Any]) -> str:
    return orjson.dumps(frame).decode()
