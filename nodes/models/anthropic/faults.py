"""What the Anthropic SDK raises, in our words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from anthropic import AnthropicError, APIConnectionError, APIError, APIStatusError, APITimeoutError

from nodes.models.faults import Attempt, provider_faults, refused_request, unreachable
from state.errors import ModelError


@contextmanager
def anthropic_faults(model: str) -> Iterator[Attempt]:
    """Turn whatever the SDK raises into a `ModelError`."""
    with provider_faults(model) as attempt:
        try:
            yield attempt
        except APITimeoutError as error:
            raise ModelError("timeout", model, "no sign of life in time") from error
        except APIConnectionError as error:
            raise unreachable(model, begun=attempt.begun) from error
        except APIStatusError as error:  # an error event within a stream has the stream's own status, 200
            headers = {} if attempt.begun else error.response.headers
            raise refused_request(model, error.status_code, _words(error), headers) from error
        except AnthropicError as error:
            raise ModelError("malformed", model, f"the answer can't be read ({type(error).__name__})") from error


def _words(error: APIError) -> list[str]:
    body = error.body if isinstance(error.body, Mapping) else {}
    nested = body.get("error")
    inner = nested if isinstance(nested, Mapping) else body
    details = inner.get("details")
    code = details.get("error_code") if isinstance(details, Mapping) else None
    return [word for word in (code, inner.get("type")) if isinstance(word, str)]
