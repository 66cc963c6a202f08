"""What is read of Anthropic's messages, and what their ends mean."""

from typing import Final

from nodes.models.asking import Usage
from nodes.models.wire import Wire
from state.errors import ModelError

_ENDS: Final = {"end_turn", "stop_sequence", "tool_use"}


class UsageOnWire(Wire):
    """Tokens as Anthropic counts them: those read from the cache or written to it stand apart."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class Block(Wire):
    """A block of a message."""

    type: str
    text: str | None = None
    id: str | None = None
    name: str | None = None


class Message(Wire):
    """A whole message, or what a stream begins with."""

    content: list[Block]
    stop_reason: str | None = None
    usage: UsageOnWire | None = None


def usage_of(usage: UsageOnWire, before: Usage | None = None) -> Usage:
    """Return the tokens so far; a stream says at its end what it didn't say `before`."""
    cached = usage.cache_read_input_tokens or 0
    fresh = usage.input_tokens
    total = (fresh or 0) + cached + (usage.cache_creation_input_tokens or 0)
    earlier = before or Usage()
    if fresh is None:
        total, cached = earlier.input_tokens, earlier.cached_tokens
    written = usage.output_tokens if usage.output_tokens is not None else earlier.output_tokens
    return Usage(total, written, cached)


def ended(model: str, reason: str | None) -> None:
    """Raise `ModelError` unless the message ended as it should; None is one that didn't say."""
    if reason == "refusal":
        raise ModelError("refused", model, "the model declined to answer")
    if reason in {"max_tokens", "model_context_window_exceeded"}:
        raise ModelError("truncated", model, "the answer reached its token limit")
    if reason == "pause_turn":
        raise ModelError("paused", model, "the model paused and would have to be asked to go on")
    if reason not in _ENDS:
        raise ModelError("malformed", model, "the answer ended in a way that isn't known")
