"""Voice notes in words, by OpenAI's `/audio/transcriptions` or a server that speaks it (speaches, vLLM, LocalAI)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Final

import httpcore2  # noqa: F401 # httpx2 imports it when a client is made, and it reads files: not on the event loop
import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from server.media.admission import extension
from server.settings import Settings
from state.errors import SettingsError
from state.media import TranscriptionError

OPENAI: Final = "https://api.openai.com/v1"
_TIMEOUT: Final = httpx2.Timeout(connect=5, read=60, write=30, pool=5)
_ANSWER_MOST: Final = 1 << 20
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}\b")


class _Answer(BaseModel):
    text: str


class OpenAITranscriber:
    """One model; a call is made once, and whoever asks decides how long it may take."""

    def __init__(self, http: httpx2.AsyncClient, model: str) -> None:
        self._http = http
        self._model = model

    async def transcribe(self, audio: bytes, mime: str, locale: str | None) -> str:
        """Return the words of a recording, empty when there are none; raises `TranscriptionError`."""
        wanted = {"model": self._model, "response_format": "json"}
        if language := _LANGUAGE.match(locale or ""):
            wanted["language"] = language[0]
        file = (f"voice.{extension(mime)}", audio, mime)  # the other side goes by the name's ending
        request = self._http.build_request("POST", "audio/transcriptions", data=wanted, files={"file": file})
        try:
            answer = await self._http.send(request, stream=True)
            async with aclosing(answer):
                body = await _capped(answer)
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise TranscriptionError(f"no answer ({type(error).__name__}).") from error
        if not answer.is_success:
            raise TranscriptionError(f"HTTP {answer.status_code}.")
        try:
            return _Answer.model_validate_json(body).text
        except ValidationError as error:
            raise TranscriptionError("an answer without a text.") from error


@asynccontextmanager
async def open_transcriber(
    model: str, *, base_url: str | None = None, key: SecretStr | None = None
) -> AsyncIterator[OpenAITranscriber]:
    """Open a client whose connections are kept for the next call; proxies of the environment are not used."""
    verify = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
    async with httpx2.AsyncClient(
        base_url=base_url or OPENAI,
        headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        verify=verify,
    ) as http:
        yield OpenAITranscriber(http, model)


async def transcriber_of(settings: Settings, stack: AsyncExitStack) -> OpenAITranscriber | None:
    """Return what writes down voice notes, None where no model is named; raises `SettingsError`."""
    model, key, url = settings.transcription_model, settings.openai_api_key, settings.openai_base_url
    if model is None:
        return None
    if key is None and url is None:
        raise SettingsError(
            "LANEWAY_TRANSCRIPTION_MODEL is set, and nothing says whom to ask.",
            hint="Set LANEWAY_OPENAI_API_KEY, or LANEWAY_OPENAI_BASE_URL to a server of your own.",
        )
    return await stack.enter_async_context(open_transcriber(model.removeprefix("openai:"), base_url=url, key=key))


async def _capped(answer: httpx2.Response) -> bytes:
    content = bytearray()
    async for chunk in answer.aiter_bytes(65_536):
        content += chunk
        if len(content) > _ANSWER_MOST:
            raise httpx2.DecodingError("an answer is too long", request=answer.request)
    return bytes(content)
